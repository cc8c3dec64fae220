//! Whom the phone books know.

use sidetone_finesse::model;
use sidetone_protocol::agent::Contact;

/// So many are shown.
const MOST: usize = 50;

/// Those whose name or number has the text, those first whose name begins with it.
pub(super) fn find(books: &[model::Contact], text: &str) -> Vec<Contact> {
    let text = text.trim().to_lowercase();
    let digits: String = text.chars().filter(|letter| !" -/().".contains(*letter)).collect();
    let mut found: Vec<(u8, String, Contact)> = books
        .iter()
        .filter_map(|entry| {
            let name = format!("{} {}", entry.first_name, entry.last_name).trim().to_owned();
            let lower = name.to_lowercase();
            let rank = match () {
                () if lower.split_whitespace().any(|part| part.starts_with(&text)) => 0,
                () if lower.starts_with(&text) => 0,
                () if !digits.is_empty() && entry.phone_number.starts_with(&digits) => 1,
                () if lower.contains(&text) => 2,
                () if !digits.is_empty() && entry.phone_number.contains(&digits) => 3,
                () => return None,
            };
            let contact =
                Contact { name, number: entry.phone_number.clone(), note: entry.description.clone() };
            Some((rank, lower, contact))
        })
        .collect();
    found.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    found.dedup_by(|one, other| one.2 == other.2);
    found.into_iter().take(MOST).map(|(_, _, contact)| contact).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(first: &str, last: &str, number: &str) -> model::Contact {
        model::Contact {
            first_name: first.into(),
            last_name: last.into(),
            phone_number: number.into(),
            description: String::new(),
        }
    }

    fn names(books: &[model::Contact], text: &str) -> Vec<String> {
        find(books, text).into_iter().map(|contact| contact.name).collect()
    }

    #[test]
    fn the_best_match_comes_first() {
        let books = [
            entry("Johanna", "Zander", "+4930555"),
            entry("Zoe", "Hannover", "+49405"),
            entry("Hanna", "Berg", "2001"),
        ];
        assert_eq!(names(&books, "hann"), ["Hanna Berg", "Zoe Hannover", "Johanna Zander"]);
        assert_eq!(names(&books, "+49 30"), ["Johanna Zander"]);
        assert_eq!(names(&books, "001"), ["Hanna Berg"]);
        assert_eq!(names(&books, "hanna berg"), ["Hanna Berg"]);
        assert!(names(&books, "nobody").is_empty());
    }

    #[test]
    fn there_are_fifty_at_most() {
        let books: Vec<_> = (0..100).map(|number| entry("A", &number.to_string(), "1")).collect();
        assert_eq!(find(&books, "").len(), 50);
    }
}
