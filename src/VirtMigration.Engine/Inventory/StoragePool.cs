namespace VirtMigration.Inventory;

/// <summary>A storage pool of a host.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type (<c>dir</c>, <c>netfs</c>, <c>logical</c>, <c>rbd</c> ...).</param>
/// <param name="Active">Whether it is started.</param>
/// <param name="Target">The folder it is seen in; null where it has none.</param>
/// <param name="Source">Where it really is, as <c>server:/export</c>; null: on the host itself, or not told.</param>
public sealed record StoragePool(string Name, string Type, bool Active, string? Target, string? Source);
