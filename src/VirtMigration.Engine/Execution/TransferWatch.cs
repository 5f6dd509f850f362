using System.Diagnostics;
using System.Threading.Channels;
using VirtMigration.Planning;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Watches one transfer from its start to the end of the hypervisor's call: the steering, and the wish to stop.</summary>
/// <param name="run">The plan and the hosts.</param>
/// <param name="events">The events.</param>
/// <param name="steering">Steers it.</param>
/// <param name="lease">Whose hands it is in; null: nobody else could take it over.</param>
internal sealed class TransferWatch(MigrationRun run, IMigrationEvents events, TransferSteering steering, HeldLease? lease)
{
    // An abort asked for before the job exists is refused, so it is asked for again until the call returns or patience ends.
    private static readonly TimeSpan s_abortRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_abortPatience = TimeSpan.FromSeconds(8);

    /// <summary>Hands the transfer over and returns when its call returned, or when it was left to go on.</summary>
    public async Task<TransferEnd> RunAsync(TransferSettings settings, CancellationToken stop)
    {
        steering.Used = settings;
        Task call = run.Source.MigrateAsync(run.Plan.Uuid, settings, run.Destination);
        while (!call.IsCompleted && !stop.IsCancellationRequested)
        {
            _ = await steering.LookAsync();
            await steering.NextAsync(call, stop);
        }

        // What came while the call returned belongs to it as well.
        bool detached = stop.IsCancellationRequested && !await StopAsync(call);
        TransferEnd end = detached ? new(null, true, true) : new(await ErrorOfAsync(call), stop.IsCancellationRequested, false);
        await DrainAsync(end);
        return end;
    }

    // libvirt sends the completed counters just before the call returns, over another connection.
    private async Task DrainAsync(TransferEnd end)
    {
        steering.ReadEvents();
        if (end.Error is null && !end.Detached && steering.Completed is null)
        {
            using CancellationTokenSource patience = new(TimeSpan.FromMilliseconds(200));
            try
            {
                while (steering.Completed is null && await events.Events.WaitToReadAsync(patience.Token))
                {
                    steering.ReadEvents();
                }
            }
            catch (Exception error) when (error is OperationCanceledException or HypervisorException or ChannelClosedException)
            {
                // The event is late, or its connection broke: the completed job is asked for instead.
            }
        }
    }

    // True: the call returned. False: it goes on, in post-copy, in other hands, or because nothing answers.
    private async Task<bool> StopAsync(Task call)
    {
        long start = Stopwatch.GetTimestamp();
        steering.Note("stop requested", "the operator interrupted the command");
        if (lease is not null && !await lease.IsMineAsync() && !call.IsCompleted)
        {
            steering.Note("detached", $"the migration is in the hands of {lease.TakenBy}");
            return false;
        }

        while (!call.IsCompleted && Stopwatch.GetElapsedTime(start) < s_abortPatience)
        {
            steering.ReadEvents();
            if (steering.InPostCopy)
            {
                steering.Note("detached", "the guest already runs on the destination and its memory follows: aborting would lose it");
                return false;
            }

            try
            {
                await run.Source.AbortJobAsync(run.Plan.Uuid, CancellationToken.None).WaitAsync(s_abortPatience);
            }
            catch (Exception error) when (error is HypervisorException or TimeoutException)
            {
                // There is no job yet, or no longer; or post-copy has begun, which the event will say.
            }

            await Task.WhenAny(call, Task.Delay(s_abortRetry));
        }

        return call.IsCompleted;
    }

    private static async Task<HypervisorException?> ErrorOfAsync(Task call)
    {
        try
        {
            await call;
            return null;
        }
        catch (HypervisorException error)
        {
            return error;
        }
    }
}
