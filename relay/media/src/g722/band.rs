//! One sub-band of G.722: the adaptive quantizer and the predictor (ITU-T G.722 §3 and §4, blocks 1 to 4).
//! Names are those of the recommendation's blocks; the tables are its tables.

/// Decision levels of the low band's 6-bit quantizer (Q6).
const LOW_LEVELS: [i32; 30] = [
    0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121,
    1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
];
/// Codes of negative and of other differences (ILN, ILP), by the interval of the levels.
const LOW_NEGATIVE: [i32; 31] = [
    0, 63, 62, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8,
    7, 6, 5, 4,
];
const LOW_POSITIVE: [i32; 31] = [
    0, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 39, 38, 37,
    36, 35, 34, 33, 32,
];
/// What the low band's code stands for: by six bits for the output, by the upper four for the predictor (QM6, QM4).
const LOW_OUTPUT: [i32; 64] = [
    -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360,
    -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688,
    -1360, -1040, -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856,
    7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136,
    -432, -136,
];
const LOW_PREDICTOR: [i32; 16] =
    [0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0];
/// How a code moves the logarithm of the step (WL by RL42, WH by RH2).
const LOW_STEP: [i32; 16] =
    [-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60];
const HIGH_STEP: [i32; 4] = [798, -214, 798, -214];
/// What the high band's code stands for (QM2).
const HIGH_OUTPUT: [i32; 4] = [-7408, -1616, 7408, 1616];
/// The inverse logarithm (ILB).
const INVERSE_LOG: [i32; 32] = [
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896,
    2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];
/// The largest logarithm of the step, per band (block 3).
const LOW_LOG_LIMIT: i32 = 18_432;
const HIGH_LOG_LIMIT: i32 = 22_528;

/// The state of one band, the same in the encoder and the decoder.
#[derive(Debug, Clone)]
pub(super) struct Band {
    /// The prediction of the next sample, and its part that comes from the zeros.
    prediction: i32,
    from_zeros: i32,
    /// The two last outputs, and what they were before the poles.
    outputs: [i32; 2],
    partials: [i32; 2],
    poles: [i32; 2],
    /// The six last differences, the latest first.
    differences: [i32; 6],
    zeros: [i32; 6],
    log_step: i32,
    step: i32,
}

fn saturate(value: i32) -> i32 {
    value.clamp(-32_768, 32_767)
}

impl Band {
    pub(super) fn low() -> Self {
        Self::new(32)
    }

    pub(super) fn high() -> Self {
        Self::new(8)
    }

    fn new(step: i32) -> Self {
        Self {
            prediction: 0,
            from_zeros: 0,
            outputs: [0; 2],
            partials: [0; 2],
            poles: [0; 2],
            differences: [0; 6],
            zeros: [0; 6],
            log_step: 0,
            step,
        }
    }

    /// The code of a sample of the low band, six bits.
    pub(super) fn encode_low(&mut self, sample: i32) -> i32 {
        let difference = saturate(sample - self.prediction);
        let magnitude = if difference < 0 { !difference } else { difference };
        let interval =
            LOW_LEVELS.iter().skip(1).take_while(|level| magnitude >= (*level * self.step) >> 12).count() + 1;
        let code = if difference < 0 { LOW_NEGATIVE } else { LOW_POSITIVE }[interval];
        self.adapt_low(usize::try_from(code >> 2).unwrap_or(0));
        code
    }

    /// The code of a sample of the high band, two bits.
    pub(super) fn encode_high(&mut self, sample: i32) -> i32 {
        let difference = saturate(sample - self.prediction);
        let magnitude = if difference < 0 { !difference } else { difference };
        let is_large = magnitude >= (564 * self.step) >> 12;
        let code = match (difference < 0, is_large) {
            (true, false) => 1,
            (true, true) => 0,
            (false, false) => 3,
            (false, true) => 2,
        };
        self.adapt_high(code);
        i32::try_from(code).unwrap_or(0)
    }

    /// The sample of a code of the low band.
    pub(super) fn decode_low(&mut self, code: usize) -> i32 {
        let sample = self.prediction + ((self.step * LOW_OUTPUT[code & 63]) >> 15);
        self.adapt_low((code & 63) >> 2);
        sample.clamp(-16_384, 16_383)
    }

    /// The sample of a code of the high band.
    pub(super) fn decode_high(&mut self, code: usize) -> i32 {
        let sample = self.prediction + ((self.step * HIGH_OUTPUT[code & 3]) >> 15);
        self.adapt_high(code & 3);
        sample.clamp(-16_384, 16_383)
    }

    fn adapt_low(&mut self, code: usize) {
        let difference = (self.step * LOW_PREDICTOR[code]) >> 15;
        self.log_step = (((self.log_step * 127) >> 7) + LOW_STEP[code]).clamp(0, LOW_LOG_LIMIT);
        self.step = scale(self.log_step, 8);
        self.predict(difference);
    }

    fn adapt_high(&mut self, code: usize) {
        let difference = (self.step * HIGH_OUTPUT[code]) >> 15;
        self.log_step = (((self.log_step * 127) >> 7) + HIGH_STEP[code]).clamp(0, HIGH_LOG_LIMIT);
        self.step = scale(self.log_step, 10);
        self.predict(difference);
    }

    /// Block 4: two poles and six zeros, moved by the signs of what was predicted wrongly.
    fn predict(&mut self, difference: i32) {
        let output = saturate(self.prediction + difference);
        let partial = saturate(self.from_zeros + difference);
        let agrees = |earlier: i32| (partial < 0) == (earlier < 0);

        // UPPOL2 and UPPOL1.
        let four_times = saturate(self.poles[0] << 2);
        let towards = if agrees(self.partials[0]) { -four_times } else { four_times }.min(32_767);
        let second = if agrees(self.partials[1]) { 128 } else { -128 }
            + (towards >> 7)
            + ((self.poles[1] * 32_512) >> 15);
        let second = second.clamp(-12_288, 12_288);
        let first = if agrees(self.partials[0]) { 192 } else { -192 } + ((self.poles[0] * 32_640) >> 15);
        let bound = saturate(15_360 - second);
        self.poles = [saturate(first).clamp(-bound, bound), second];

        // UPZERO.
        let pull = if difference == 0 { 0 } else { 128 };
        for (zero, earlier) in self.zeros.iter_mut().zip(self.differences) {
            let pull = if (earlier < 0) == (difference < 0) { pull } else { -pull };
            *zero = saturate(pull + ((*zero * 32_640) >> 15));
        }

        // DELAYA.
        self.differences.rotate_right(1);
        self.differences[0] = difference;
        self.outputs = [output, self.outputs[0]];
        self.partials = [partial, self.partials[0]];

        // FILTEP, FILTEZ and PREDIC.
        let tap = |coefficient: i32, value: i32| (coefficient * saturate(value + value)) >> 15;
        let from_poles = saturate(tap(self.poles[0], self.outputs[0]) + tap(self.poles[1], self.outputs[1]));
        let zeros = self.zeros.iter().zip(self.differences);
        self.from_zeros = saturate(zeros.map(|(zero, difference)| tap(*zero, difference)).sum());
        self.prediction = saturate(from_poles + self.from_zeros);
    }
}

/// SCALEL and SCALEH: the step of a logarithm.
fn scale(log_step: i32, exponent: i32) -> i32 {
    let mantissa = INVERSE_LOG[usize::try_from((log_step >> 6) & 31).unwrap_or(0)];
    let shift = exponent - (log_step >> 11);
    let step = if shift < 0 { mantissa << -shift } else { mantissa >> shift };
    step << 2
}
