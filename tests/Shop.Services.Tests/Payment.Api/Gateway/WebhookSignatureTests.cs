using System.Text;
using Shop.Payments.Gateway;

namespace Shop.Services.Tests.PaymentApi.Gateway;

public sealed class WebhookSignatureTests
{
    private const string Secret = "whsec_test";

    // hex(hmac_sha256("whsec_test", "1700000000.{}")), computed outside of this code base.
    private const string Signature = "35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91";

    private static readonly byte[] s_body = Encoding.UTF8.GetBytes("{}");
    private static readonly DateTimeOffset s_signed = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    [Theory]
    [InlineData("t=1700000000,v1=" + Signature)]
    [InlineData("t=1700000000, v1=" + Signature + ", v0=ignored")]
    [InlineData("t=1700000000,v1=00,v1=" + Signature)]
    public void A_signed_body_is_accepted(string header) => Verify(header).ShouldBeTrue();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("v1=" + Signature)]
    [InlineData("t=1700000000")]
    [InlineData("t=1700000000,v1=")]
    [InlineData("t=1700000001,v1=" + Signature)]
    [InlineData("t=-1,v1=" + Signature)]
    [InlineData("t=99999999999999999999,v1=" + Signature)]
    [InlineData("t=1700000000,v0=" + Signature)]
    [InlineData("t=1700000000,v1=é")]
    public void A_wrong_header_is_refused(string? header) => Verify(header).ShouldBeFalse();

    [Fact]
    public void Another_body_or_secret_is_refused()
    {
        const string header = "t=1700000000,v1=" + Signature;
        WebhookSignature.Verify(header, "{ }"u8, Secret, s_signed, WebhookSignature.DefaultTolerance).ShouldBeFalse();
        WebhookSignature.Verify(header, s_body, "whsec_other", s_signed, WebhookSignature.DefaultTolerance).ShouldBeFalse();
        WebhookSignature.Verify(header, s_body, "", s_signed, WebhookSignature.DefaultTolerance).ShouldBeFalse();
    }

    [Theory]
    [InlineData(300, true)]
    [InlineData(301, false)]
    [InlineData(-300, true)]
    [InlineData(-301, false)]
    public void A_signature_is_good_for_the_tolerance_only(int laterSeconds, bool isGood) =>
        Verify("t=1700000000,v1=" + Signature, laterSeconds).ShouldBe(isGood);

    private static bool Verify(string? header, int laterSeconds = 0) =>
        WebhookSignature.Verify(header, s_body, Secret, s_signed.AddSeconds(laterSeconds), WebhookSignature.DefaultTolerance);
}
