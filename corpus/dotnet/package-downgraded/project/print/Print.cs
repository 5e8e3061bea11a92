public class Print
{
}
