public class Shop {
  public static void main(String[] words) {
    open();
  }
}
