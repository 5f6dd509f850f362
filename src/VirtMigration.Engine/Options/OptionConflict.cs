using VirtMigration.Planning;

namespace VirtMigration.Options;

/// <summary>Settings that exclude each other, met on one VM or on a cluster itself.</summary>
/// <param name="VM">The VM; null: the cluster itself.</param>
/// <param name="Host">The VM's host.</param>
/// <param name="ParallelConnections">Its parallel connections.</param>
/// <param name="ParallelOrigin">Who states them.</param>
/// <param name="Policy">Its policy.</param>
/// <param name="PolicyOrigin">Who states it.</param>
/// <param name="Reason">Why they exclude each other.</param>
public sealed record OptionConflict(
    string? VM, string? Host, ParallelChoice ParallelConnections, SettingOrigin ParallelOrigin, string Policy, SettingOrigin PolicyOrigin, string Reason)
{
    /// <summary>In words: <c>db1 on h1: ParallelConnections Parallel (its own), policy PostCopy (the cluster's)</c>.</summary>
    public override string ToString() =>
        $"{(VM is null ? "the cluster itself" : $"{VM} on {Host}")}: ParallelConnections {ParallelConnections} ({Whose(ParallelOrigin)}), "
        + $"policy {Policy} ({Whose(PolicyOrigin)}): {Reason}";

    private static string Whose(SettingOrigin origin) => origin switch
    {
        SettingOrigin.Vm => "its own",
        SettingOrigin.Cluster => "the cluster's",
        _ => "the default",
    };
}
