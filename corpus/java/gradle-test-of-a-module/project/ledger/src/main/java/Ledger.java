class Ledger {
    static int rows(String text) {
        return text.split(";").length - 1;
    }
}
