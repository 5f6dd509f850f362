namespace VirtMigration.Ports;

/// <summary>The shells of this machine.</summary>
public interface IShells
{
    /// <summary>The one that asks.</summary>
    ShellProcess Own { get; }

    /// <summary>Whether a shell is alive; null: it runs on another machine, or ran before this one was started anew, and cannot be asked
    /// for.</summary>
    /// <param name="shell">The shell.</param>
    bool? IsAlive(ShellProcess shell);
}
