using Microsoft.AspNetCore.Localization;

namespace Shop.Storefront.Preferences;

/// <summary>Links that remember a language or a theme in a cookie and go back to where they were followed.</summary>
internal static class PreferenceEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/preferences/language/{language}", (string language, string? back, HttpContext http) =>
        {
            if (Languages.All.Contains(language, StringComparer.Ordinal))
                Remember(http, CookieRequestCultureProvider.DefaultCookieName, CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(language)));
            return Back(back);
        }).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/preferences/theme/{theme}", (string theme, string? back, HttpContext http) =>
        {
            if (theme is ColorThemes.Light or ColorThemes.Dark or ColorThemes.Device)
                Remember(http, ColorThemes.Cookie, theme);
            return Back(back);
        }).AllowAnonymous().ExcludeFromDescription();
    }

    private static void Remember(HttpContext http, string cookie, string value) =>
        http.Response.Cookies.Append(cookie, value, new() { MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, HttpOnly = true, Secure = http.Request.IsHttps, IsEssential = true });

    /// <summary>Only to a page of ours.</summary>
    private static IResult Back(string? back) =>
        back is ['/', ..] && back is not ['/', '/' or '\\', ..] && !back.Any(char.IsControl) ? Results.LocalRedirect(back) : Results.LocalRedirect("/");
}
