using System.Threading.Channels;
using VirtMigration.Ports;

namespace VirtMigration.UnitTests.Execution;

/// <summary>A subscription that a test fills.</summary>
internal sealed class FakeEvents : IMigrationEvents
{
    public Channel<MigrationEvent> Channel { get; } = System.Threading.Channels.Channel.CreateUnbounded<MigrationEvent>();

    public ChannelReader<MigrationEvent> Events => Channel.Reader;

    public bool Disposed { get; private set; }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}
