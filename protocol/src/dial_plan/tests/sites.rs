//! Four countries, each as a table: what is typed and what is dialled; what is presented and what is made of it.

use super::*;

fn dials(plan: &DialPlan, table: &[(&str, &str)]) {
    for (typed, dialled) in table {
        assert_eq!(summary(&dial(plan, typed)), *dialled, "{typed}");
    }
}

/// Presented; international form; shown.
fn presents(plan: &DialPlan, table: &[(&str, &str, &str)]) {
    for (presented, e164, display) in table {
        let made = plan.present(presented);
        assert_eq!(made.e164.as_ref().map_or("", |number| number.as_str()), *e164, "{presented}");
        assert_eq!(made.display, *display, "{presented}");
    }
}

#[test]
fn germany_dials() {
    dials(
        &germany(),
        &[
            // As people write it.
            ("030 23125 123", "003023125123"),
            ("(030) 23125-123", "003023125123"),
            ("+49 30 23125123", "003023125123"),
            ("+49 (0)30 23125123", "003023125123"),
            ("+49 030 23125123", "003023125123"),
            ("0049 30 23125123", "003023125123"),
            ("tel:+49-30-23125123", "003023125123"),
            ("0171 3920012", "001713920012"),
            ("+44 20 7946 0018", "000442079460018"),
            ("0044 20 7946 0018", "000442079460018"),
            ("23125123", "003023125123"),
            ("115", "0115"),
            ("11833", "011833"),
            // As one keys it in, where that is unambiguous.
            ("0 0049 30 23125123", "003023125123"),
            ("0 0044 20 7946 0018", "000442079460018"),
            ("0 115", "0115"),
            // 00 is the international prefix as one writes it: Greece.
            ("0 030 23125123", "0003023125123"),
            // Inside, codes, names.
            ("1001", "1001"),
            ("4711", "4711"),
            ("*21*1001#", "*21*1001#"),
            ("#31#03023125123", "#31#03023125123"),
            ("echo", "echo"),
            // Never blocked, never rewritten by a rule.
            ("112", "emergency 0112"),
            ("0-112", "emergency 0112"),
            ("+49 112", "emergency 0112"),
            ("112#", "emergency 0112"),
            ("110", "emergency 0110"),
            ("0110", "emergency 0110"),
            ("0,112", "emergency 0112"),
            ("112,,1", "emergency 0112"),
            // However it is written.
            ("0900 1 234567", "blocked by premium"),
            ("+49 900 1 234567", "blocked by premium"),
            ("0049 900 1 234567", "blocked by premium"),
            ("0 0049 900 1 234567", "blocked by premium"),
            ("0137 1234567", "blocked by premium"),
        ],
    );
}

#[test]
fn germany_dials_as_on_a_desk_phone() {
    dials(
        &with(&germany(), "typed", "with_outside_prefix"),
        &[
            ("0 030 23125123", "003023125123"),
            ("030 23125123", "003023125123"),
            ("+49 30 23125123", "003023125123"),
            ("0 0044 20 7946 0018", "000442079460018"),
            ("+44 20 7946 0018", "000442079460018"),
            // 0 for a line, 044… in the country.
            ("0044 20 7946 0018", "00442079460018"),
            ("0 0900 1 234567", "blocked by premium"),
            ("0900 1 234567", "blocked by premium"),
            ("0 112", "emergency 0112"),
        ],
    );
}

#[test]
fn germany_presents() {
    let plan = germany();
    presents(
        &plan,
        &[
            ("03023125123", "+493023125123", "030 23125123"),
            ("004930 23125123", "+493023125123", "030 23125123"),
            ("+493023125123", "+493023125123", "030 23125123"),
            ("+4903023125123", "+493023125123", "030 23125123"),
            ("000493023125123", "+493023125123", "030 23125123"),
            ("sip:+493023125123@pbx.example.com", "+493023125123", "030 23125123"),
            ("01713920012", "+491713920012", "017 139 200 12"),
            ("00442079460018", "+442079460018", "+44 207 946 0018"),
            ("1001", "", "1001"),
            ("3023125123", "", "3023125123"),
            ("110", "", "110"),
            ("echo", "", "echo"),
            ("", "", ""),
            ("Zentrale (Berlin)", "", "Zentrale (Berlin)"),
        ],
    );
    let trunk = with(&plan, "bare_callers", "national");
    presents(&trunk, &[("3023125123", "+493023125123", "030 23125123"), ("1001", "", "1001")]);
    let trunk = with(&plan, "bare_callers", "international");
    presents(&trunk, &[("493023125123", "+493023125123", "030 23125123")]);
    let behind_pbx = with(&plan, "callers", "with_outside_prefix");
    presents(&behind_pbx, &[("003023125123", "+493023125123", "030 23125123")]);
}

#[test]
fn the_united_states_dial() {
    dials(
        &united_states(),
        &[
            ("(201) 555-0123", "912015550123"),
            ("201.555.0123", "912015550123"),
            ("1-201-555-0123", "912015550123"),
            ("+1 201 555 0123", "912015550123"),
            ("011 1 201 555 0123", "912015550123"),
            ("9 1 201 555 0123", "912015550123"),
            ("9,1 201 555 0123", "912015550123"),
            ("9 201 555 0123", "912015550123"),
            ("555-0123", "912015550123"),
            // An area code that begins with 9 is no outside prefix.
            ("912 555 0123", "919125550123"),
            ("9 011 44 20 7946 0018", "9011442079460018"),
            ("011 44 20 7946 0018", "9011442079460018"),
            ("+44 20 7946 0018", "9011442079460018"),
            ("411", "9411"),
            ("1001", "1001"),
            ("*67", "*67"),
            ("201 555 0123,,,42#", "912015550123,,,42#"),
            ("911", "emergency 911"),
            ("9911", "emergency 911"),
            ("9-911", "emergency 911"),
            ("9,911", "emergency 911"),
            ("+1 911", "emergency 911"),
            ("tel:911", "emergency 911"),
            ("1-900-555-0123", "blocked by premium"),
            ("+1 900 555 0123", "blocked by premium"),
            ("9 1 900 555 0123", "blocked by premium"),
            ("201 976 0123", "blocked by premium"),
            ("876 555 0123", "blocked by islands"),
            // Neither ten digits nor anything else.
            ("123", "123"),
        ],
    );
}

#[test]
fn the_united_states_present() {
    let plan = united_states();
    presents(
        &plan,
        &[
            ("2015550123", "+12015550123", "(201) 555-0123"),
            ("12015550123", "+12015550123", "(201) 555-0123"),
            ("912015550123", "+12015550123", "(201) 555-0123"),
            ("+12015550123", "+12015550123", "(201) 555-0123"),
            ("011442079460018", "+442079460018", "+44 207 946 0018"),
            ("1001", "", "1001"),
            ("5550123", "", "5550123"),
        ],
    );
    // An Indian number without plus is no call through 9.
    let trunk = with(&plan, "bare_callers", "international");
    presents(&trunk, &[("919876543210", "+919876543210", "+91 987 654 3210")]);
}

#[test]
fn the_united_kingdom_dials_and_presents() {
    let plan = united_kingdom();
    dials(
        &plan,
        &[
            ("020 7946 0018", "902079460018"),
            ("+44 (0)20 7946 0018", "902079460018"),
            ("0044 20 7946 0018", "902079460018"),
            ("9 020 7946 0018", "902079460018"),
            ("9 00 1 201 555 0123", "90012015550123"),
            ("+1 201 555 0123", "90012015550123"),
            ("111", "9111"),
            ("118500", "9118500"),
            ("201", "201"),
            ("999", "emergency 9999"),
            ("9999", "emergency 9999"),
            ("112", "emergency 9999"),
            ("9 112", "emergency 9999"),
            ("0909 879 0012", "blocked by premium"),
            ("+44 909 879 0012", "blocked by premium"),
        ],
    );
    presents(
        &plan,
        &[
            ("02079460018", "+442079460018", "020 7946 0018"),
            ("902079460018", "+442079460018", "020 7946 0018"),
            ("07700900123", "+447700900123", "07700 900123"),
            ("01632960123", "+441632960123", "016 329 601 23"),
            ("01134960123", "+441134960123", "0113 496 0123"),
        ],
    );
}

#[test]
fn switzerland_dials_and_presents() {
    let plan = switzerland();
    dials(
        &plan,
        &[
            ("044 555 01 23", "00445550123"),
            ("+41 44 555 01 23", "00445550123"),
            ("0041 44 555 01 23", "00445550123"),
            ("+423 230 12 34", "0004232301234"),
            ("250", "250"),
            ("117", "emergency 117"),
            ("0117", "emergency 117"),
            ("0-144", "emergency 144"),
            ("0900 123 456", "blocked by premium"),
            // Read as written, this is a number in the United Kingdom.
            ("0 044 555 01 23", "000445550123"),
        ],
    );
    let desk_phones = with(&plan, "typed", "with_outside_prefix");
    dials(&desk_phones, &[("0 044 555 01 23", "00445550123"), ("044 555 01 23", "00445550123")]);
    presents(
        &plan,
        &[
            ("0445550123", "+41445550123", "044 555 01 23"),
            ("0041445550123", "+41445550123", "044 555 01 23"),
            ("004232301234", "+4232301234", "+423 230 1234"),
        ],
    );
    // A number of the country that looks like none is dialled and shown in full: 0 0 00000 would be something else.
    let trunk = with(&plan, "bare_callers", "international");
    presents(&trunk, &[("4100000", "+4100000", "+41 000 00")]);
    dials(&trunk, &[("+41 00000", "0004100000")]);
}

#[test]
fn without_a_plan_everything_is_dialled_as_it_is_typed() {
    let plan = DialPlan::default();
    dials(
        &plan,
        &[
            ("030 23125123", "03023125123"),
            ("+49 30 23125123", "+493023125123"),
            ("112", "112"),
            ("1001", "1001"),
        ],
    );
    presents(
        &plan,
        &[("+493023125123", "+493023125123", "+49 302 312 5123"), ("03023125123", "", "03023125123")],
    );
}
