using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>What one guest is told of its migration: a line before it, and one after it wherever the guest is then. It never fails: what
/// goes wrong becomes a notice.</summary>
/// <param name="how">The way.</param>
internal sealed class GuestDialogue(GuestNotice how)
{
    // oVirt's guest_lifecycle_event_reply_timeout.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // For a guest that did not answer the first time, and for a person who waits at the prompt for a command that was stopped.
    private static readonly TimeSpan s_briefly = TimeSpan.FromSeconds(1);

    private readonly List<string> _notices = [];
    private bool _sent;
    private bool _answered;

    /// <summary>What was noticed; complete when <see cref="BeforeAsync"/> has ended.</summary>
    public IReadOnlyList<string> Notices => _notices;

    /// <summary>Tells the guest that it is about to migrate, and waits for its answer.</summary>
    /// <param name="run">What is about to be run.</param>
    /// <param name="stop">Gives up waiting.</param>
    public async Task BeforeAsync(MigrationRun run, CancellationToken stop)
    {
        MigrationPlan plan = run.Plan;
        JObject message = new()
        {
            ["event"] = "before-migration",
            ["vm"] = plan.VM,
            ["source"] = plan.Source,
            ["destination"] = plan.Destination,
            ["policy"] = plan.Policy,
        };
        try
        {
            _answered = await run.Source.TellGuestAsync(plan.Uuid, how, Line(message), s_patience, stop);
            _sent = true;
            if (!_answered)
            {
                _notices.Add($"the guest was told of its migration ({how}) and did not answer within {DurationText.Exact(s_patience)}");
            }
        }
        catch (OperationCanceledException)
        {
            // It may have read the line by then.
            _sent = true;
        }
        catch (HypervisorException error)
        {
            _sent = error.Fault == HypervisorFault.Timeout;
            _notices.Add($"the guest could not be told of its migration ({how}): {error.Message}");
        }
    }

    /// <summary>Tells the guest, if it was told before, that its migration ended.</summary>
    /// <param name="result">How.</param>
    /// <param name="run">What was run.</param>
    /// <param name="stop">Whether the command is being stopped: then only briefly.</param>
    /// <returns>What was noticed.</returns>
    public async Task<IReadOnlyList<string>> AfterAsync(MigrationResult result, MigrationRun run, CancellationToken stop) => result.EndState switch
    {
        _ when !_sent => [],
        MigrationEndState.Moved => await AfterAsync(run.Destination, run.Plan, $"{result.EndState}", $"{result.Outcome}", stop),
        MigrationEndState.Stayed => await AfterAsync(run.Source, run.Plan, $"{result.EndState}", $"{result.Outcome}", stop),
        _ => [$"the guest was told before its migration and not after it: whether it moved is not settled ({result.EndState})"],
    };

    /// <summary>Tells the guest, if it was told before, that its migration was not started.</summary>
    /// <param name="run">What was not run.</param>
    /// <param name="stop">Whether the command is being stopped: then only briefly.</param>
    /// <returns>What was noticed.</returns>
    public async Task<IReadOnlyList<string>> NotStartedAsync(MigrationRun run, CancellationToken stop) =>
        _sent ? await AfterAsync(run.Source, run.Plan, $"{MigrationEndState.Stayed}", "NotStarted", stop) : [];

    private async Task<IReadOnlyList<string>> AfterAsync(IHypervisorHost host, MigrationPlan plan, string endState, string outcome, CancellationToken stop)
    {
        JObject message = new()
        {
            ["event"] = "after-migration",
            ["vm"] = plan.VM,
            ["endState"] = endState,
            ["host"] = host.Registration.Name,
            ["outcome"] = outcome,
        };
        using CancellationTokenSource enough = new();
        await using CancellationTokenRegistration hurry = stop.Register(() => enough.CancelAfter(s_briefly));
        try
        {
            bool answered = await host.TellGuestAsync(plan.Uuid, how, Line(message), _answered ? s_patience : s_briefly, enough.Token);
            return _answered && !answered
                ? [$"the guest was told that its migration ended ({how}) and did not answer within {DurationText.Exact(s_patience)}"]
                : [];
        }
        catch (OperationCanceledException)
        {
            return [$"the guest may not know that its migration ended ({how}): the command was stopped"];
        }
        catch (HypervisorException error)
        {
            return [$"the guest could not be told that its migration ended ({how}): {error.Message}"];
        }
    }

    private static string Line(JObject message) => message.ToString(Formatting.None);
}
