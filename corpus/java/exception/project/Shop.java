public class Shop {
  public static void main(String[] words) {
    throw new IllegalStateException("no ledger");
  }
}
