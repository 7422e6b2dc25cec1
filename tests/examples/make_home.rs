//! `cargo run -p regie-tests --example make_home DIR SUPPLIERS ENTRIES`: a large person's home to try things on.
//! Passphrase: `test passphrase`.

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().expect("DIR SUPPLIERS ENTRIES");
    let (home, suppliers, entries) = (next(), next(), next());
    let number = |text: String| text.parse::<u64>().expect("a number");
    let suppliers = usize::try_from(number(suppliers)).expect("a count");
    regie_tests::scale::person_home(home.as_ref(), "test passphrase", suppliers, number(entries));
}
