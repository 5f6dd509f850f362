namespace VirtMigration.Inventory;

/// <summary>A network interface of a VM.</summary>
/// <param name="Type">What it is joined to (formatdomain, <c>interface/@type</c>): <c>network</c>, <c>bridge</c>, <c>direct</c>,
/// <c>hostdev</c> ...</param>
/// <param name="Source">The network's, bridge's or device's name; null where it has none.</param>
/// <param name="Mac">Its address; null where none is stated.</param>
/// <param name="Failover">Whether the guest has a second interface to fall back to while this one is taken away (<c>teaming</c>).</param>
public sealed record VmNetwork(string Type, string? Source, string? Mac, bool Failover);
