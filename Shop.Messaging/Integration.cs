using System.Reflection;

namespace Shop.Messaging;

/// <summary>Finds what a package outside the default build brings, by the name that a setting gives: see <c>integrations/README.md</c>.</summary>
public static class Integration
{
    /// <summary>Makes the one public class of an assembly that is a <typeparamref name="T"/> and needs nothing to be made.</summary>
    /// <param name="setting">The setting that named it, for errors.</param>
    /// <param name="value">What it says.</param>
    /// <param name="assembly">Simple name of the assembly, which is its package's too.</param>
    /// <param name="builtIn">The values that need no package, as words of a sentence.</param>
    /// <exception cref="StartupException">The program was built without that package.</exception>
    public static T Load<T>(string setting, string value, string assembly, string builtIn) where T : class
    {
        try
        {
            return Assembly.Load(assembly).GetExportedTypes()
                .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(T)))
                .Select(Activator.CreateInstance).Cast<T>().Single();
        }
        catch (Exception error) when (error is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            throw new StartupException(
                $"Setting {setting} is '{value}'. Use {builtIn}; or, if it names a package, build this program with a reference to {assembly}.", error);
        }
    }
}
