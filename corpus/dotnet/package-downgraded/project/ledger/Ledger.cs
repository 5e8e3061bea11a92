public class Ledger
{
}
