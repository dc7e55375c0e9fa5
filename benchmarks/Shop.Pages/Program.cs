using System.Globalization;
using Shop.Pages;

// Opens the console's overview and live pages of orders, keeps them open until its input ends, and tells what they showed.
if (args is not [var url, var count] || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var pages) || pages < 1)
{
    Console.Error.WriteLine("Usage: Shop.Pages URL PAGES, such as http://127.0.0.1:5080 50: the overview and 49 pages of orders.");
    return 2;
}

await using var open = await OpenPages.OpenAsync(new(url), pages);
Console.WriteLine("open");
while (await Console.In.ReadLineAsync() is not null)
{
}

return await open.ReportAsync(Console.Out) ? 0 : 1;
