using System.Threading.Channels;

namespace VirtMigration.Ports;

/// <summary>A subscription to one VM's migration. Disposing it unsubscribes.</summary>
public interface IMigrationEvents : IAsyncDisposable
{
    /// <summary>The events in the order they came.</summary>
    ChannelReader<MigrationEvent> Events { get; }
}
