using VirtMigration.Inventory;

namespace VirtMigration.Native.Connections;

/// <summary>One try to open a host, on a thread of its own: opening blocks for as long as the network lets it (minutes, where
/// packets are dropped), and nothing can interrupt it.</summary>
internal sealed class OpenAttempt
{
    private readonly TaskCompletionSource<LibvirtConnection> _connection = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins to open a host.</summary>
    /// <param name="host">The host.</param>
    public OpenAttempt(HostRegistration host) =>
        new Thread(() => Open(host)) { IsBackground = true, Name = $"libvirt open {host.Name}" }.Start();

    /// <summary>The connection, when it is open.</summary>
    public Task<LibvirtConnection> Connection => _connection.Task;

    /// <summary>How many wait for it. Guarded by the slot's lock.</summary>
    public int Waiting { get; set; }

    /// <summary>Whether a new attempt is due: this one failed, or its connection broke.</summary>
    public bool IsSpent => Connection.IsCompleted && !(Connection.IsCompletedSuccessfully && Connection.Result.IsAlive);

    /// <summary>Closes what came or still comes of it.</summary>
    public void Discard() => _ = Connection.ContinueWith(
        static task =>
        {
            // A failure is looked at here, so that it does not count as an exception that nobody saw.
            if (task.Exception is null)
            {
                task.Result.Dispose();
            }
        },
        TaskScheduler.Default);

    private void Open(HostRegistration host)
    {
        try
        {
            _connection.SetResult(LibvirtConnection.Open(host));
        }
#pragma warning disable CA1031 // Whatever it is belongs to whoever waits, not to this thread.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _connection.SetException(error);
        }
    }
}
