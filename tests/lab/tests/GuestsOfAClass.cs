using Xunit;

namespace VirtMigration.LabTests;

/// <summary>Removes, with the last test of a class, the guests that only this class uses.</summary>
public sealed class GuestsOfAClass(LabFixture lab) : IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => lab.DestroyUnusualAsync();
}
