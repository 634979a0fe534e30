//! Which language a text is taken for.

use claimtrail::ingest::{Detected, Evidence, detect_language};

fn told(text: &str) -> String {
    detect_language(text, None).language
}

/// Case C62.
#[test]
fn too_little_to_tell_is_undetermined() {
    for text in
        ["Ministry: hoax", "OK", "2024", "", "Hello world", "Fake news!", "Port Sella – 12:30"]
    {
        let expected = Detected { language: "und".to_owned(), evidence: Evidence::None };
        assert_eq!(detect_language(text, None), expected, "{text:?}");
    }
}

#[test]
fn one_sentence_is_enough() {
    for (language, text) in [
        ("en", "The ministry denies that the pier was shut."),
        ("de", "Das Ministerium bestreitet, dass der Pier geschlossen wurde."),
        ("fr", "Le ministère nie que la jetée ait été fermée, selon le port."),
        ("es", "El ministerio niega que el muelle fuera cerrado por la policía."),
        ("pt", "O ministério nega que o cais tenha sido fechado pela polícia."),
        ("it", "Il ministero nega che il molo sia stato chiuso dalla polizia."),
        ("nl", "Het ministerie ontkent dat de pier werd gesloten door de politie."),
        ("sv", "Ministeriet förnekar att piren har stängts av polisen och att det var olja."),
        ("pl", "Ministerstwo zaprzecza, że molo zostało zamknięte przez policję."),
        (
            "tr",
            "Bakanlık, iskelenin kapatıldığı yönündeki haberleri yalanladı ve bu iddia için dava açtı.",
        ),
        ("ru", "Министерство опровергло сообщения о том, что причал был закрыт."),
        ("uk", "Міністерство заперечує, що причал був закритий поліцією."),
        ("el", "Το υπουργείο διαψεύδει ότι έκλεισε η αποβάθρα."),
        ("zh", "外交部否认码头已经关闭的报道。"),
        ("ja", "外務省は、桟橋が閉鎖されたという報道を否定した。"),
        ("ko", "외교부는 부두가 폐쇄됐다는 보도를 부인했다."),
        (
            "ar",
            "نفت الوزارة التقارير التي تفيد بأن الرصيف مغلق وقالت إنها كاذبة تماما ولا أساس لها من الصحة",
        ),
    ] {
        assert_eq!(told(text), language, "{text}");
    }
}

/// Case C62: and the reason is named.
#[test]
fn what_the_page_says_decides_only_where_the_text_does_not() {
    let prior = detect_language("Ministry: hoax", Some("en-US"));
    assert_eq!(prior, Detected { language: "en".to_owned(), evidence: Evidence::Prior });
    let text = detect_language("Das Ministerium bestreitet, dass der Pier zu ist.", Some("en"));
    assert_eq!(text, Detected { language: "de".to_owned(), evidence: Evidence::Text });
    assert_eq!(detect_language("OK", Some("no tag at all")).language, "und");
}

/// Case C64, for the language.
#[test]
fn a_page_in_two_languages_is_mixed() {
    let english =
        "The ministry denied on Monday that the pier had been shut by the police. ".repeat(8);
    let french = "Le ministère a nié lundi que la jetée ait été fermée par la police. ".repeat(8);
    assert_eq!(told(&format!("{french}\n\n{english}")), "mul");
}

#[test]
fn a_foreign_quotation_does_not_make_a_page_mixed() {
    let english =
        "The ministry denied on Monday that the pier had been shut by the police.\n".repeat(30);
    let german = "Das ist nicht wahr, und die Ministerin hat es auch nicht gesagt.";
    assert_eq!(told(&format!("{english}{german}\n{english}")), "en");
}

#[test]
fn the_same_text_is_always_taken_for_the_same_language() {
    let text = "La ministre nie. / The minister denies it.";
    let first = told(text);
    assert!((0..50).all(|_| told(text) == first));
}
