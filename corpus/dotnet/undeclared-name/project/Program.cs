using System;

public static class Program
{
    public static void Main()
    {
        var sum = 12;
        Console.WriteLine(total);
    }
}
