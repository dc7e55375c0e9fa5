using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Shop.Storefront.Hosting;

/// <summary>Serves Blazor's own script where the build had to take it from elsewhere: see BlazorScript.targets.</summary>
internal static class BlazorScript
{
    private const string Name = "blazor.web.js";
    private const string ContentType = "text/javascript";

    public static void Map(IEndpointRouteBuilder routes)
    {
        if (Read() is not { } script)
            return;
        var zipped = Compress(script);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(script))[..16]}\"");
        routes.MapGet($"/_framework/{Name}", (HttpContext http) =>
        {
            http.Response.Headers.CacheControl = "no-cache";
            http.Response.Headers.Vary = "Accept-Encoding";
            if (!http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
                return Results.Bytes(script, ContentType, entityTag: tag);
            http.Response.Headers.ContentEncoding = "gzip";
            return Results.Bytes(zipped, ContentType, entityTag: tag);
        }).AllowAnonymous().ExcludeFromDescription();
    }

    private static byte[]? Read()
    {
        using var resource = typeof(BlazorScript).Assembly.GetManifestResourceStream(Name);
        if (resource is null)
            return null;
        var script = new byte[resource.Length];
        resource.ReadExactly(script);
        return script;
    }

    private static byte[] Compress(byte[] script)
    {
        using var output = new MemoryStream();
        using (var zip = new GZipStream(output, CompressionLevel.SmallestSize))
            zip.Write(script);
        return output.ToArray();
    }
}
