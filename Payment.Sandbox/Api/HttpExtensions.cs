using System.Buffers;
using System.Globalization;

namespace Shop.PaymentSandbox.Api;

internal static class HttpExtensions
{
    private const int LargestBodyBytes = 64 * 1024;

    private static long s_lastRequest;

    public static Task AnswerAsync(this HttpContext http, Answer answer)
    {
        if (answer.IsReplayed) http.Response.Headers["Idempotent-Replayed"] = "true";
        http.Response.Headers["Request-Id"] =
            string.Create(CultureInfo.InvariantCulture, $"req_{Interlocked.Increment(ref s_lastRequest):x14}");
        return http.AnswerAsync(answer.Status, "application/json", answer.Body);
    }

    public static async Task AnswerAsync(this HttpContext http, int status, string contentType, byte[] body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = body.Length;
        await http.Response.BodyWriter.WriteAsync(body);
    }

    /// <summary>Null when the body is larger than any request of this API.</summary>
    public static async Task<Form?> TryReadFormAsync(this HttpRequest request)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync();
            if (read.Buffer.Length > LargestBodyBytes) return null;
            if (read.IsCompleted)
            {
                var form = Form.Parse(read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray());
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return form;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
