fn main() {
    println!("{}", env!("LEDGER_URL"));
}
