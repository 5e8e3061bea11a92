using Newtonsoft.Json;
using System;

public static class Program
{
    public static void Main()
    {
        Console.WriteLine(JsonConvert.SerializeObject(12));
    }
}
