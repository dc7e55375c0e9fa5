using System.Net;
using System.Text.RegularExpressions;

namespace Shop.Tests;

/// <summary>A browser without scripts: keeps cookies, fills in forms.</summary>
internal sealed partial class SiteVisitor(string url) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });
    private readonly Dictionary<string, string> cookies = [];
    private string site = url;

    /// <summary>What the last answer that set a cookie said, in lower case but for values.</summary>
    public string SetCookie { get; private set; } = "";

    /// <summary>The same shop at another address.</summary>
    public void MoveTo(string address) => site = address;

    public async Task<string> GetAsync(string path)
    {
        using var answer = await SendAsync(new(HttpMethod.Get, site + path));
        return await answer.Content.ReadAsStringAsync();
    }

    public async Task<HttpStatusCode> StatusOfAsync(string path)
    {
        using var answer = await SendAsync(new(HttpMethod.Get, site + path));
        return answer.StatusCode;
    }

    /// <summary>Opens a page, fills in its form, and sends it.</summary>
    /// <param name="action">Where the form goes; null: to the page itself.</param>
    public async Task<(HttpStatusCode Status, string? Location)> SubmitAsync(string page, string? action, params (string Name, string Value)[] fields)
    {
        var hidden = Hidden().Matches(await GetAsync(page)).Select(match => (match.Groups["name"].Value, WebUtility.HtmlDecode(match.Groups["value"].Value)));
        using var answer = await PostAsync(action ?? page, [.. hidden, .. fields]);
        return (answer.StatusCode, answer.Headers.Location is { } location ? Shorten(new(new(site), location)) : null);
    }

    public Task<(HttpStatusCode Status, string? Location)> SubmitAsync(string page, params (string Name, string Value)[] fields) => SubmitAsync(page, null, fields);

    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields) => SendAsync(new(HttpMethod.Post, site + path)
    {
        Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
    });

    public void Dispose() => http.Dispose();

    /// <summary>Of our own addresses what follows the host.</summary>
    private string Shorten(Uri address) => address.Authority == new Uri(site).Authority ? address.PathAndQuery : address.AbsoluteUri;

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            if (cookies.Count > 0)
                request.Headers.Add("Cookie", string.Join("; ", cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
            var answer = await http.SendAsync(request);
            if (answer.Headers.TryGetValues("Set-Cookie", out var set))
            {
                SetCookie = string.Join('\n', set);
                foreach (var cookie in set.Select(text => text.Split(';')[0].Split('=', 2)))
                    cookies[cookie[0]] = cookie[1];
            }

            return answer;
        }
    }

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]*)" ?/?>""")]
    private static partial Regex Hidden();
}
