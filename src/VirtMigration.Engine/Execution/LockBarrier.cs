namespace VirtMigration.Execution;

/// <summary>A slot lock that a VM found in other hands.</summary>
/// <param name="Host">The host.</param>
/// <param name="Holder">Who, in their own words; null: not known.</param>
/// <param name="Since">When it was first found so, by the clock's timestamp.</param>
internal sealed record LockBarrier(string Host, string? Holder, long Since);
