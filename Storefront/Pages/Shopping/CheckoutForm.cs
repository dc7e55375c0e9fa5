using System.ComponentModel.DataAnnotations;
using Shop.Storefront.Clients;

namespace Shop.Storefront.Pages.Shopping;

/// <summary>Where the goods go. The card is not here: its form never leaves the browser.</summary>
internal sealed class CheckoutForm
{
    private const string Missing = "Please fill this in.";
    private const string TooLong = "This is too long.";

    [Required(ErrorMessage = Missing), StringLength(200, ErrorMessage = TooLong)]
    public string Name { get; set; } = "";

    [Required(ErrorMessage = Missing), EmailAddress(ErrorMessage = "Give an e-mail address such as name@example.com."), StringLength(254, ErrorMessage = TooLong)]
    public string Email { get; set; } = "";

    [Required(ErrorMessage = Missing), StringLength(200, ErrorMessage = TooLong)]
    public string Street { get; set; } = "";

    [Required(ErrorMessage = Missing), StringLength(200, ErrorMessage = TooLong)]
    public string City { get; set; } = "";

    [Required(ErrorMessage = Missing), StringLength(20, ErrorMessage = TooLong)]
    public string PostalCode { get; set; } = "";

    [Required]
    public string Country { get; set; } = "GB";

    public Buyer Buyer => new(Name.Trim(), Email.Trim());

    public Address Address => new(Name.Trim(), [Street.Trim()], City.Trim(), PostalCode.Trim(), Country);
}
