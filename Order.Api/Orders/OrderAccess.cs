using System.Security.Claims;
using Shop.ServiceDefaults.Security;

namespace Shop.Ordering;

/// <summary>Whose orders somebody may see: their own, for operators all. One of somebody else is answered like one that never was.</summary>
internal static class OrderAccess
{
    public static bool MaySee(this ClaimsPrincipal user, Order order) => order is Order.Accepted { Terms: var terms } && user.MaySee(terms.CustomerId);
}
