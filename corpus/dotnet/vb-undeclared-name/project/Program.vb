Module Program
    Sub Main()
        Dim sum As Integer = 12
        System.Console.WriteLine(total)
    End Sub
End Module
