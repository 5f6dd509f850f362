using System.Diagnostics;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Domains;
using VirtMigration.Native.Errors;
using VirtMigration.Native.Threading;
using VirtMigration.Options;

namespace VirtMigration.Native;

/// <summary>Telling a guest something.</summary>
public sealed partial class LibvirtHost
{
    // Of the patience, for closing the channel, so that all of it stays within the bound.
    private static readonly TimeSpan s_closing = TimeSpan.FromMilliseconds(500);

    // A call that was stopped closes the channel first. The daemon answers that in milliseconds; one that hangs is not waited for.
    private static readonly TimeSpan s_closingPatience = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<bool> TellGuestAsync(Guid vm, GuestNotice how, string message, TimeSpan patience, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        ConnectionPool pool = _connections.Migrations;
        LibvirtConnection connection = await RentAsync(pool, patience, cancellationToken);
        TimeSpan left = patience - Stopwatch.GetElapsedTime(start);
        bool returned = true;
        try
        {
            using CancellationTokenSource giveUp = new();
            await using CancellationTokenRegistration stopping = cancellationToken.Register(() => giveUp.CancelAfter(s_closingPatience));
            return await NativeThreads.RunAsync(() => Tell(connection, vm, how, message, left, cancellationToken), left, giveUp.Token);
        }
        catch (TimeoutException error)
        {
            returned = false;
            throw NotToldInTime(patience, error);
        }
        catch (OperationCanceledException)
        {
            // Either the call itself ended, or it was given up: which one does not matter to a connection that is not used again.
            returned = false;
            throw;
        }
        finally
        {
            if (returned)
            {
                pool.Return(connection);
            }
            else
            {
                pool.Abandon(connection);
            }
        }
    }

    private static bool Tell(LibvirtConnection connection, Guid vm, GuestNotice how, string message, TimeSpan patience, CancellationToken stop)
    {
        using LibvirtDomain domain = connection.Find(vm);
        if (how.Channel() is string channel)
        {
            return domain.AskOverChannel(channel, message, patience - s_closing, stop);
        }

        // Half of the time is for the agent to get into step, the other half for the command; a second at the least, which is libvirt's
        // smallest.
        domain.AskAgent(
            how.AgentCommand() ?? throw new ArgumentException("There is no way to tell the guest.", nameof(how)),
            message,
            Math.Max(1, (int)(patience.TotalSeconds / 2)));
        return true;
    }

    private async Task<LibvirtConnection> RentAsync(ConnectionPool pool, TimeSpan patience, CancellationToken cancellationToken)
    {
        using CancellationTokenSource bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(patience);
        try
        {
            return await pool.RentAsync(bound.Token);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw NotToldInTime(patience, error);
        }
    }

    private HypervisorException NotToldInTime(TimeSpan patience, Exception cause) => new(
        HypervisorFault.Timeout,
        Registration.Name,
        0,
        $"{Registration.Name} did not pass it on within {patience.TotalSeconds:0} s.",
        RecommendedAction.For(HypervisorFault.Timeout),
        cause);
}
