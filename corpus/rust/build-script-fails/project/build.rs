fn main() {
    let home = std::env::var("LEDGER_HOME").expect("LEDGER_HOME tells where the ledger library is");
    println!("{home}");
}
