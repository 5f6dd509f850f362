using VirtMigration.Inventory;
using VirtMigration.Native.Errors;

namespace VirtMigration.Native.Connections;

/// <summary>Opens hosts. Opening blocks for as long as the network lets it (minutes, where packets are dropped) and nothing can
/// interrupt it, so it has a thread of its own, which is left behind when the bound has passed.</summary>
internal static class ConnectionOpening
{
    /// <summary>Opens a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="bound">How long to wait at most.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="HypervisorException">Timeout, or what opening failed with.</exception>
    public static async Task<LibvirtConnection> OpenAsync(HostRegistration host, TimeSpan bound, CancellationToken cancellationToken)
    {
        Task<LibvirtConnection> attempt = Task.Factory.StartNew(
            () => LibvirtConnection.Open(host),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            return await attempt.WaitAsync(bound, cancellationToken);
        }
        catch (TimeoutException)
        {
            Discard(attempt);
            throw new HypervisorException(
                HypervisorFault.Timeout,
                host.Name,
                0,
                $"{host.Name} did not answer at {host.ConnectUri} within {bound.TotalSeconds:0.#} s.",
                RecommendedAction.For(HypervisorFault.Timeout));
        }
        catch (OperationCanceledException)
        {
            Discard(attempt);
            throw;
        }
    }

    // Closes what still comes of an attempt that nobody waits for.
    private static void Discard(Task<LibvirtConnection> attempt) => _ = attempt.ContinueWith(
        static task =>
        {
            // A failure is looked at here, so that it does not count as an exception that nobody saw.
            if (task.Exception is null)
            {
                task.Result.Retire();
            }
        },
        TaskScheduler.Default);
}
