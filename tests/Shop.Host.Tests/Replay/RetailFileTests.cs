using Shop.Host.Replay;

namespace Shop.Host.Tests.Replay;

public sealed class RetailFileTests
{
    private const string Header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    [Fact]
    public void Lines_of_one_invoice_are_one_order_with_its_exact_total()
    {
        var file = Parse(
            "536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom",
            "536366,22633,HAND WARMER,1,2010-12-01 08:28:00,1.1,17850,United Kingdom",
            "536365,71053,LANTERN,7,2010-12-01 08:27:00,3.39,17850,United Kingdom");

        file.Invoices.Select(invoice => invoice.Number).ShouldBe(["536365", "536366"]);
        file.Orders[0].Lines.ShouldBe([new("85123A", "WHITE HEART", 6, 255), new("71053", "LANTERN", 7, 339)]);
        file.Orders[0].TotalMinor.ShouldBe((6 * 255) + (7 * 339));
        file.Orders[0].CustomerId.ShouldBe("17850");
        file.Orders[0].InvoicedAt.ShouldBe(new DateTime(2010, 12, 1, 8, 26, 0));
        file.Orders[1].TotalMinor.ShouldBe(110);
    }

    [Fact]
    public void A_repeated_code_stays_a_line_of_its_own_and_case_makes_another_product()
    {
        var file = Parse(
            "1,85123a,HEART,1,2010-12-01 08:26:00,2.55,,United Kingdom",
            "1,85123A,,2,2010-12-01 08:26:00,2.95,,United Kingdom",
            "1,85123A,WHITE HEART,4,2010-12-01 08:26:00,2.50,,United Kingdom");

        file.Orders.Single().Lines.Count.ShouldBe(3);
        file.Orders.Single().CustomerId.ShouldBeNull();
        file.Products.ShouldBe([new("85123a", "HEART", 255, 1), new("85123A", "WHITE HEART", 295, 6)]);
    }

    [Theory]
    [InlineData("C536379,D,Discount,-1,2010-12-01 09:41:00,0,,United Kingdom", SkipReason.Cancellation)]
    [InlineData("536589,21777,,-10,2010-12-01 16:50:00,0,,United Kingdom", SkipReason.NonPositiveQuantity)]
    [InlineData("536589,21777,,0,2010-12-01 16:50:00,1,,United Kingdom", SkipReason.NonPositiveQuantity)]
    [InlineData("536414,22139,,56,2010-12-01 11:52:00,0,,United Kingdom", SkipReason.NonPositivePrice)]
    [InlineData("536414,22139,,56,2010-12-01 11:52:00,-0.01,,United Kingdom", SkipReason.NonPositivePrice)]
    public void One_bad_line_skips_its_invoice_for_the_first_reason_that_holds(string line, SkipReason reason)
    {
        var number = line[..line.IndexOf(',', StringComparison.Ordinal)];
        var file = Parse($"{number},1,GOOD,1,2010-12-01 08:26:00,1,,United Kingdom", line);

        file.Orders.ShouldBeEmpty();
        file.Products.ShouldBeEmpty();
        file.Skipped(reason).Single().Number.ShouldBe(number);
        file.Invoices.Single().SkippedFor.ShouldBe(reason);
    }

    [Fact]
    public void A_product_without_any_description_is_called_by_its_code()
    {
        Parse("1,POST,,1,2010-12-01 08:26:00,18,,France").Products.Single().Name.ShouldBe("POST");
    }

    [Fact]
    public void Quoted_fields_hold_commas_doubled_quotes_and_line_breaks()
    {
        var file = Parse(
            "1,\"82567\",\"AIRLINE LOUNGE,METAL SIGN\",2,2010-12-01 09:41:00,2.1,15311,United Kingdom\r",
            "1,21506,\"RECORD 7\"\" SIZE\",1,2010-12-01 09:41:00,\"0.42\",15311,United Kingdom",
            "1,21507,\"TWO\nLINES\",1,2010-12-01 09:41:00,1,15311,\"\"");

        file.Orders.Single().Lines.Select(line => line.Description).ShouldBe(["AIRLINE LOUNGE,METAL SIGN", "RECORD 7\" SIZE", "TWO\nLINES"]);
    }

    [Theory]
    [InlineData("1,A,NAME,x,2010-12-01 08:26:00,1,,UK", "Line 3: Quantity must be a whole number, but is 'x'.")]
    [InlineData("1,A,NAME,1.5,2010-12-01 08:26:00,1,,UK", "Line 3: Quantity must be a whole number, but is '1.5'.")]
    [InlineData("1,A,NAME,1,01/12/2010 08:26,1,,UK", "Line 3: InvoiceDate must look like 2010-12-01 08:26:00, but is '01/12/2010 08:26'.")]
    [InlineData("1,A,NAME,1,2010-12-01 08:26:00,2.555,,UK", "Line 3: UnitPrice must be whole pence, but is '2.555'.")]
    [InlineData("1,A,NAME,1,2010-12-01 08:26:00,\"2,55\",,UK", "Line 3: UnitPrice must be an amount such as 2.55, but is '2,55'.")]
    [InlineData("1,A,NAME,1,2010-12-01 08:26:00,1,", "Line 3: there must be 8 fields, but there are 7.")]
    [InlineData(",A,NAME,1,2010-12-01 08:26:00,1,,UK", "Line 3: InvoiceNo is empty.")]
    [InlineData("1,,NAME,1,2010-12-01 08:26:00,1,,UK", "Line 3: StockCode is empty.")]
    [InlineData("1,A,7\" DISC,1,2010-12-01 08:26:00,1,,UK", "Line 3: a quote stands inside the unquoted field 7\" DISC. Quote the field and double the quote.")]
    [InlineData("1,A,\"NAME,1,2010-12-01 08:26:00,1,,UK", "Line 3: a quoted field is never closed.")]
    [InlineData("1,A,\"NAME\"S,1,2010-12-01 08:26:00,1,,UK", "Line 3: text follows the closing quote of a field. Double a quote that belongs to the text.")]
    [InlineData("0,A,NAME,1,2010-12-01 08:26:00,1,17850,UK", "Line 3: invoice 0 belongs to customer '' on line 2 and to '17850' here.")]
    public void A_malformed_line_is_named_with_what_is_wrong(string line, string message)
    {
        Should.Throw<MalformedFileException>(() => Parse("0,A,NAME,1,2010-12-01 08:26:00,1,,UK", line)).Message.ShouldBe(message);
    }

    [Fact]
    public void The_header_must_be_there()
    {
        Should.Throw<MalformedFileException>(() => RetailFile.Parse(new StringReader(""))).Message.ShouldStartWith("Line 1: the file is empty.");
        Should.Throw<MalformedFileException>(() => RetailFile.Parse(new StringReader("a,b\n"))).Message.ShouldStartWith("Line 1: the header must be InvoiceNo,");
    }

    private static RetailFile Parse(params string[] lines) => RetailFile.Parse(new StringReader(Header + string.Join('\n', lines)));
}
