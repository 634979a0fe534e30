//! ZIP archives: what is in them, and what is made to hurt.

use std::io::{Cursor, Read, Write};

use claimtrail::ingest::archive::{Packed, Zip};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        if name.ends_with('/') {
            writer.add_directory(*name, options).expect("adds");
        } else {
            writer.start_file(*name, options).expect("starts");
            writer.write_all(content).expect("packs");
        }
    }
    writer.finish().expect("finishes").into_inner()
}

fn listed(bytes: Vec<u8>) -> Vec<String> {
    let mut zip = Zip::open(Cursor::new(bytes)).expect("opens");
    (0..zip.len())
        .map(|place| match zip.at(place) {
            Packed::Folder => "a folder".to_owned(),
            Packed::Refused(name, reason) => format!("{name} refused: {reason}"),
            Packed::File(mut entry) => {
                let mut content = Vec::new();
                match entry.input.read_to_end(&mut content) {
                    Ok(bytes) => format!("{}: {bytes} bytes", entry.name),
                    Err(error) => format!("{} broken: {error}", entry.name),
                }
            }
        })
        .collect()
}

#[test]
fn files_are_listed_in_order_with_names_that_upset_nobody() {
    let bytes = zipped(&[("b/", b""), ("b/two.txt", b"ab"), ("../../etc/a\u{7}\n.txt", b"abc")]);
    assert_eq!(listed(bytes), ["a folder", "b/two.txt: 2 bytes", "../../etc/a.txt: 3 bytes"]);
}

#[test]
fn a_file_that_unpacks_to_far_more_than_it_is_breaks_off() {
    let bytes = zipped(&[("bomb.txt", &vec![b'a'; 100 << 20]), ("good.txt", b"ab")]);
    assert!(bytes.len() < 200 << 10);
    let listed = listed(bytes);
    assert_eq!(listed[0], "bomb.txt broken: it unpacks to more than 250 times its size");
    assert_eq!(listed[1], "good.txt: 2 bytes");
}

#[test]
fn how_far_a_zip_is_read_is_told_in_its_own_bytes() {
    let noise: Vec<u8> =
        (0..200_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let bytes = zipped(&[("a.txt", &noise), ("b.txt", &noise)]);
    let length = bytes.len() as u64;
    let mut zip = Zip::open(Cursor::new(bytes)).expect("opens");
    zip.pass(0);
    let behind = zip.behind();
    assert!((length / 3..length * 2 / 3).contains(&behind));
    let Packed::File(mut entry) = zip.at(1) else { panic!("no file") };
    assert_eq!(entry.progress.bytes(), behind);
    entry.input.read_to_end(&mut Vec::new()).expect("reads");
    assert_eq!(entry.progress.bytes(), 2 * behind);
}

#[test]
fn a_list_of_too_many_files_is_refused_before_it_is_read() {
    // The end of a ZIP with sixty-four bits, which says so; nothing else has to be there.
    let mut end = b"PK\x06\x06".to_vec();
    end.extend_from_slice(&[0; 28]);
    end.extend_from_slice(&5_000_000u64.to_le_bytes());
    end.extend_from_slice(&[0; 16]);
    end.extend_from_slice(b"PK\x06\x07\0\0\0\0");
    end.extend_from_slice(&0u64.to_le_bytes());
    end.extend_from_slice(&1u32.to_le_bytes());
    end.extend_from_slice(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff");
    end.extend_from_slice(&[0xff; 8]);
    end.extend_from_slice(&[0; 2]);
    let refused = Zip::open(Cursor::new(end)).err().expect("refused");
    assert_eq!(refused, "it lists 5000000 files, more than the 200000 that are read");
}

#[test]
fn what_is_no_zip_is_named() {
    for bytes in [&b""[..], b"PK\x03\x04", &zipped(&[("a.txt", b"abc")])[..60]] {
        let refused = Zip::open(Cursor::new(bytes.to_vec())).err().expect("refused");
        assert!(refused.starts_with("it cannot be read: "), "{refused}");
    }
}

#[test]
fn a_damaged_file_is_named_and_the_next_read() {
    let bytes = zipped(&[("a.txt", b"The port denied it."), ("b.txt", b"ab")]);
    let mut broken = bytes.clone();
    broken[40] ^= 0xff;
    let listed = listed(broken);
    assert!(listed[0].contains(" broken: "), "{}", listed[0]);
    assert_eq!(listed[1], "b.txt: 2 bytes");
}
