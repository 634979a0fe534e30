//! Text → BCP 47, or `und` where there is too little to tell.
//!
//! Statistics over letters guess wildly on a headline, so three kinds of evidence are asked, the
//! surest first: common words, a script that only one language uses, and trigrams where they are
//! reliable. What the page or the caller says decides only where none of them does.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use whatlang::{Lang, Script};

/// Too little to tell.
pub const UNDETERMINED: &str = "und";
/// Several languages, each with a good share of the text.
pub const MIXED: &str = "mul";

/// Letters that a piece needs before trigrams are believed.
const TRIGRAM_LETTERS: usize = 60;
/// Letters that a piece needs before its script is believed.
const SCRIPT_LETTERS: usize = 6;
/// Words that a piece needs before common words are believed.
const COMMON_WORDS_OF: usize = 4;
/// One word in so many has to be a common one.
const WORDS_PER_COMMON: usize = 6;
/// A second language with at least one letter in so many, and [`MIXED_LETTERS`], makes a mixed page.
const LETTERS_PER_MIXED: usize = 4;
/// Letters that the second language of a mixed page has at least.
const MIXED_LETTERS: usize = 200;
/// Pieces looked at; a long article is sampled evenly.
const PIECES: usize = 8;
/// Bytes of a piece at most.
const PIECE: usize = 600;

/// What told the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The text itself.
    Text,
    /// What the page or the caller said.
    Prior,
    /// Nothing did.
    None,
}

/// A language and what told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// BCP 47.
    pub language: String,
    /// What told it.
    pub evidence: Evidence,
}

/// The language of `text`; `prior` is a BCP 47 tag that the page or the caller gave.
///
/// ```
/// use claimtrail::ingest::detect_language;
/// assert_eq!(detect_language("The ministry denies that the pier was shut.", None).language, "en");
/// assert_eq!(detect_language("Ministry: hoax", None).language, "und");
/// assert_eq!(detect_language("Ministry: hoax", Some("en-GB")).language, "en");
/// ```
pub fn detect_language(text: &str, prior: Option<&str>) -> Detected {
    let mut letters: BTreeMap<&'static str, usize> = BTreeMap::new();
    for piece in pieces(text) {
        if let Some(language) = decide(piece) {
            *letters.entry(language).or_default() += count_letters(piece);
        }
    }
    let mut shares: Vec<_> = letters.into_iter().collect();
    shares.sort_by_key(|&(language, letters)| (std::cmp::Reverse(letters), language));
    let told: usize = shares.iter().map(|(_, letters)| letters).sum();
    match shares.as_slice() {
        [_, (_, second), ..] if *second >= MIXED_LETTERS && second * LETTERS_PER_MIXED >= told => {
            Detected { language: MIXED.to_owned(), evidence: Evidence::Text }
        }
        [(first, _), ..] => Detected { language: (*first).to_owned(), evidence: Evidence::Text },
        [] => match prior.and_then(primary_subtag) {
            Some(language) => Detected { language, evidence: Evidence::Prior },
            None => Detected { language: UNDETERMINED.to_owned(), evidence: Evidence::None },
        },
    }
}

/// The language of a tag such as `en-GB` or `pt_BR`, in lower case; `None` where it is no tag.
pub(super) fn primary_subtag(tag: &str) -> Option<String> {
    let mut parts = tag.trim().split(['-', '_']);
    let primary = parts.next().unwrap_or("");
    let whole = (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    whole.then(|| primary.to_ascii_lowercase())
}

/// English names of languages that the detector knows by others.
const OTHER_NAMES: [(&str, &str); 3] = [("Chinese", "zh"), ("Norwegian", "nb"), ("Farsi", "fa")];

/// The tag of a language that is given by its English name, as “German”, or by three letters, as “deu”.
pub(super) fn language_named(name: &str) -> Option<&'static str> {
    let name = name.trim();
    let other = OTHER_NAMES.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    if let Some((_, tag)) = other {
        return Some(tag);
    }
    let named = |lang: &&Lang| {
        lang.eng_name().eq_ignore_ascii_case(name) || lang.code().eq_ignore_ascii_case(name)
    };
    Lang::all().iter().find(named).copied().map(tag)
}

/// Up to [`PIECES`] pieces of whole lines, spread over the text.
fn pieces(text: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut start = 0;
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        // A piece is one line, or several short ones: a mixed page changes language at a line end.
        if end - start + line.len() > PIECE && end > start {
            all.push(&text[start..end]);
            start = end;
        }
        end += line.len();
    }
    all.push(&text[start..end]);
    let count = all.len();
    let picked = count.min(PIECES);
    (0..picked)
        .filter_map(|index| all.get(index * count / picked))
        .map(|piece| &piece[..piece.floor_char_boundary(PIECE)])
        .collect()
}

fn count_letters(text: &str) -> usize {
    text.chars().filter(|character| character.is_alphabetic()).count()
}

fn decide(piece: &str) -> Option<&'static str> {
    if let Some(language) = by_common_words(piece) {
        return Some(language);
    }
    let letters = count_letters(piece);
    if letters < SCRIPT_LETTERS {
        return None;
    }
    let info = whatlang::detect(piece)?;
    let certain =
        one_language_script(info.script()) || (letters >= TRIGRAM_LETTERS && info.is_reliable());
    certain.then(|| tag(info.lang()))
}

/// Scripts that tell the language to anyone who reads news. Chinese characters do not tell Chinese
/// from a short Japanese text without kana; whatlang looks for kana itself.
fn one_language_script(script: Script) -> bool {
    !matches!(
        script,
        Script::Latin | Script::Cyrillic | Script::Arabic | Script::Devanagari | Script::Hebrew
    )
}

/// A set of the languages in `language.toml`, as bits.
type Languages = u16;

struct CommonWords {
    names: Vec<&'static str>,
    words: HashMap<&'static str, Languages>,
}

/// The lists come with the program, so they always parse.
static COMMON: LazyLock<CommonWords> = LazyLock::new(|| {
    #[derive(serde::Deserialize)]
    struct File<'f> {
        #[serde(borrow)]
        words: BTreeMap<&'f str, &'f str>,
    }
    let file: File<'static> =
        toml::from_str(include_str!("language.toml")).expect("language.toml is well-formed");
    let mut words: HashMap<&'static str, Languages> = HashMap::new();
    for (index, list) in file.words.values().enumerate() {
        for word in list.split_whitespace() {
            *words.entry(word).or_default() |= 1 << index;
        }
    }
    CommonWords { names: file.words.into_keys().collect(), words }
});

/// The language whose common words are frequent here, where one stands out.
fn by_common_words(piece: &str) -> Option<&'static str> {
    let mut hits = [0usize; Languages::BITS as usize];
    let mut words = 0;
    let mut lower = String::new();
    for word in piece.split(|character: char| !character.is_alphabetic() && character != '\u{ad}') {
        if word.is_empty() {
            continue;
        }
        words += 1;
        lower.clear();
        lower.extend(word.chars().flat_map(char::to_lowercase));
        let mut languages = COMMON.words.get(lower.as_str()).copied().unwrap_or(0);
        while languages != 0 {
            hits[languages.trailing_zeros() as usize] += 1;
            languages &= languages - 1;
        }
    }
    let (best, &most) = hits.iter().enumerate().max_by_key(|&(_, &count)| count)?;
    let second = hits.iter().enumerate().filter(|&(i, _)| i != best).map(|(_, &n)| n).max()?;
    let stands_out =
        words >= COMMON_WORDS_OF && most * WORDS_PER_COMMON >= words && most > second * 3 / 2;
    if stands_out { COMMON.names.get(best).copied() } else { None }
}

/// BCP 47 prefers the two-letter code where there is one.
fn tag(lang: Lang) -> &'static str {
    match lang {
        Lang::Epo => "eo",
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Cmn => "zh",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Ben => "bn",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Ukr => "uk",
        Lang::Kat => "ka",
        Lang::Ara => "ar",
        Lang::Hin => "hi",
        Lang::Jpn => "ja",
        Lang::Heb => "he",
        Lang::Yid => "yi",
        Lang::Pol => "pl",
        Lang::Amh => "am",
        Lang::Jav => "jv",
        Lang::Kor => "ko",
        Lang::Nob => "nb",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Fin => "fi",
        Lang::Tur => "tr",
        Lang::Nld => "nl",
        Lang::Hun => "hu",
        Lang::Ces => "cs",
        Lang::Ell => "el",
        Lang::Bul => "bg",
        Lang::Bel => "be",
        Lang::Mar => "mr",
        Lang::Kan => "kn",
        Lang::Ron => "ro",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Tam => "ta",
        Lang::Vie => "vi",
        Lang::Urd => "ur",
        Lang::Tha => "th",
        Lang::Guj => "gu",
        Lang::Uzb => "uz",
        Lang::Pan => "pa",
        Lang::Aze => "az",
        Lang::Ind => "id",
        Lang::Tel => "te",
        Lang::Pes => "fa",
        Lang::Mal => "ml",
        Lang::Ori => "or",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Sin => "si",
        Lang::Khm => "km",
        Lang::Tuk => "tk",
        Lang::Aka => "ak",
        Lang::Zul => "zu",
        Lang::Sna => "sn",
        Lang::Afr => "af",
        Lang::Lat => "la",
        Lang::Slk => "sk",
        Lang::Cat => "ca",
        Lang::Tgl => "tl",
        Lang::Hye => "hy",
        Lang::Cym => "cy",
    }
}
