using Xunit;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace VirtMigration.LabTests;

/// <summary>All tests share the one lab, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class LabCollection : ICollectionFixture<LabFixture>
{
    public const string Name = "lab";

    /// <summary>The most that a test may take, in ms: one that hangs must not hold up the others for ever.</summary>
    public const int Bound = 150_000;
}
