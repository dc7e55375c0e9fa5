namespace Shop.Storefront.Text;

/// <summary>Texts of the console's pages on messages, events, projections, stock, payments, customers and the audit. English is the key; OperationsText.zh-CN.resx translates.</summary>
public sealed class OperationsText;
