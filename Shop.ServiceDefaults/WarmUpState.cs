namespace Shop.ServiceDefaults;

/// <summary>Whether this process still compiles what it needs while it already serves: whoever measures it waits until that is over.</summary>
public sealed class WarmUpState
{
    private volatile bool isUnderWay;

    public bool IsUnderWay
    {
        get => isUnderWay;
        set => isUnderWay = value;
    }
}
