//! Layer "book" with tiny parameters: the program itself compares the final book with the
//! generator's.

use std::process::Command;

#[test]
fn the_book_alone_answers_as_the_generator_does() {
    for instruments in [1, 4] {
        let options = [format!("instruments={instruments}"), "commands=8000".into()];
        let done = Command::new(env!("CARGO_BIN_EXE_book")).args(options).output();
        let done = done.expect("cargo built it");
        let (output, errors) =
            (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        print!("{output}");
        assert!(output.contains("\"hash\":\"") && done.status.success(), "{output}{errors}");
    }
}
