namespace Shop.Storefront.Text;

/// <summary>Texts of the console's pages about sagas. English is the key; SagaText.zh-CN.resx translates.</summary>
public sealed class SagaText;
