namespace VirtMigration.Ports;

/// <summary>A shell as others can tell it from every other one.</summary>
/// <param name="Machine">The machine it runs on.</param>
/// <param name="Id">Its process there.</param>
/// <param name="Mark">What tells the process from a later one with the same id; opaque; null: not known, as in records of the first
/// version of this product.</param>
public sealed record ShellProcess(string Machine, int Id, string? Mark)
{
    /// <summary>In words: <c>process 4711 on ops1</c>.</summary>
    public override string ToString() => $"process {Id} on {Machine}";
}
