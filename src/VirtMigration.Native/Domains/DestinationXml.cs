namespace VirtMigration.Native.Domains;

/// <summary>The definitions that a VM gets on its destination, where they are not those that it has.</summary>
/// <param name="Running">Of the VM that runs there.</param>
/// <param name="Stored">What the next start uses; null: the destination keeps none.</param>
internal sealed record DestinationXml(string Running, string? Stored);
