using VirtMigration.Execution;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

/// <summary>What guests are told while their VMs go through the queue.</summary>
public sealed class GuestNoticeQueueTests : IDisposable
{
    private const string Way = "channel:org.example.notice.0";

    private readonly Dictionary<string, FakeHost> _hosts = Enumerable.Range(1, 4).ToDictionary(id => $"h{id}", id => new FakeHost($"h{id}"));
    private readonly ManualClock _clock = new();
    private readonly RecordingObserver _observer = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly MigrationQueue _queue;

    public GuestNoticeQueueTests() => _queue = new(new(_clock), new FakeSlots(), _observer, _clock, QueueOrder.Kept, _stop.Token);

    private FakeHost H1 => _hosts["h1"];

    private FakeHost H2 => _hosts["h2"];

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task The_guest_is_told_before_on_the_source_and_after_on_the_destination()
    {
        TaskCompletionSource<bool> answer = Answer(H1);
        Enqueue(Told(1));
        await H1.UntilAsync(calls => calls.Any(IsTold));
        Assert.DoesNotContain("Migrate", H1.Calls);
        answer.SetResult(true);
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync();
        Assert.Equal([Before(1)], H1.Calls.Where(IsTold));
        Assert.Equal([After(1, "Moved", "h2", "Succeeded")], H2.Calls.Where(IsTold));
        Assert.Empty(Assert.Single(_observer.Results).Notices);
        Assert.Contains("wait vm1: its guest is told that it is about to migrate, and has up to 10 s to answer", _observer.Told);
    }

    [Fact]
    public async Task A_guest_that_is_not_to_be_told_is_told_nothing()
    {
        Enqueue(Parallel(1));
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync();
        Assert.DoesNotContain(H1.Calls.Concat(H2.Calls), IsTold);
    }

    [Fact]
    public async Task While_its_guest_is_told_a_VM_holds_no_slot_and_then_waits_for_one()
    {
        TaskCompletionSource<bool> answer = Answer(H1);
        Enqueue(Told(1));
        await H1.UntilAsync(calls => calls.Any(IsTold));
        Enqueue(Parallel(2), Parallel(3));
        FakeTransfer second = await H1.NextTransferAsync();
        Assert.Equal(Given.Id(2), second.Vm);
        answer.SetResult(true);
        await _observer.UntilAsync("wait vm1: VM 'vm2' migrates over parallel connections");
        second.Succeed();

        // Its turn came before that of vm3, and its guest is not told again.
        FakeTransfer first = await H1.NextTransferAsync();
        Assert.Equal(Given.Id(1), first.Vm);
        first.Succeed();
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync();
        Assert.Equal(["vm2", "vm1", "vm3"], _observer.Starts);
        Assert.Equal([Before(1)], H1.Calls.Where(IsTold));
    }

    [Fact]
    public async Task A_guest_that_does_not_answer_is_migrated_with_a_notice_and_told_briefly_afterwards()
    {
        H1.Guest = H2.Guest = (_, _) => Task.FromResult(false);
        Enqueue(Told(1));
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync();
        MigrationResult result = Assert.Single(_observer.Results);
        Assert.Equal(MigrationOutcome.Succeeded, result.Outcome);
        Assert.Equal([$"the guest was told of its migration ({Way}) and did not answer within 10 s"], result.Notices);
        Assert.Equal([After(1, "Moved", "h2", "Succeeded", 1)], H2.Calls.Where(IsTold));
    }

    [Fact]
    public async Task A_guest_that_cannot_be_told_is_migrated_with_a_notice_and_hears_nothing_afterwards()
    {
        H1.Fail("TellGuest", HypervisorFault.GuestUnresponsive);
        Enqueue(Told(1));
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync();
        MigrationResult result = Assert.Single(_observer.Results);
        Assert.Equal(MigrationOutcome.Succeeded, result.Outcome);
        Assert.Equal($"the guest could not be told of its migration ({Way}): TellGuest was refused", Assert.Single(result.Notices));
        Assert.DoesNotContain(H2.Calls, IsTold);
    }

    [Fact]
    public async Task One_that_may_have_been_told_when_its_host_fell_silent_is_told_afterwards()
    {
        H1.Fail("TellGuest", HypervisorFault.Timeout);
        Enqueue(Told(1));
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync();
        Assert.Equal([After(1, "Moved", "h2", "Succeeded", 1)], H2.Calls.Where(IsTold));
    }

    [Fact]
    public async Task What_is_told_afterwards_holds_no_slot_and_what_goes_wrong_is_in_the_result()
    {
        TaskCompletionSource<bool> answer = Answer(H2);
        Enqueue(Told(1));
        (await H1.NextTransferAsync()).Succeed();
        Enqueue(Parallel(2));
        FakeTransfer second = await H1.NextTransferAsync();
        Assert.Equal(Given.Id(2), second.Vm);
        Assert.Empty(_observer.Results);
        second.Succeed();
        await _observer.UntilAsync("end vm2");
        _queue.Complete();
        Assert.False(_queue.Completion.IsCompleted);
        answer.SetResult(false);
        await EndAsync();
        MigrationResult result = _observer.Results.Single(one => one.VM == "vm1");
        Assert.Equal([$"the guest was told that its migration ended ({Way}) and did not answer within 10 s"], result.Notices);
    }

    [Fact]
    public async Task A_guest_that_stayed_is_told_so_where_it_is()
    {
        Enqueue(Told(1));
        (await H1.NextTransferAsync()).Fail(HypervisorFault.Internal);
        await EndAsync();
        Assert.Equal([Before(1), After(1, "Stayed", "h1", "Failed")], H1.Calls.Where(IsTold));
        Assert.DoesNotContain(H2.Calls, IsTold);
    }

    [Fact]
    public async Task Where_the_VM_is_not_known_to_be_nobody_is_told_anything()
    {
        Enqueue(Told(1));
        FakeTransfer transfer = await H1.NextTransferAsync();
        H1.Says[Given.Id(1)] = Inventory.VmObservation.NoAnswer("h1", "it is off");
        H2.Says[Given.Id(1)] = Inventory.VmObservation.NoAnswer("h2", "it is off");
        H1.OnCall = call => _clock.Advance(TimeSpan.FromSeconds(call == "Observe" ? 10 : 0));
        transfer.Fail(HypervisorFault.Unreachable);
        await EndAsync();
        MigrationResult result = Assert.Single(_observer.Results);
        Assert.Equal(MigrationEndState.Unknown, result.EndState);
        Assert.Equal([Before(1)], H1.Calls.Concat(H2.Calls).Where(IsTold));
        Assert.Contains(result.Notices, notice => notice.Contains("not after it", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("the command", "MigrationNotStarted")]
    [InlineData("the pipeline", "MigrationNotStarted")]
    [InlineData("the queue", "MigrationStoppedInQueue")]
    public async Task One_that_is_stopped_while_its_guest_is_told_does_not_start_and_the_guest_hears_it(string by, string errorId)
    {
        Answer(H1);
        Enqueue(Told(1));
        await H1.UntilAsync(calls => calls.Any(IsTold));
        H1.Guest = (_, _) => Task.FromResult(true);
        switch (by)
        {
            case "the command":
                await _stop.CancelAsync();
                break;
            case "the pipeline":
                _queue.StartNoMore();
                break;
            default:
                Assert.True(_queue.TryStop(Given.Id(1)));
                break;
        }

        await EndAsync();
        Assert.Contains($"not started vm1 {errorId}", _observer.Told);
        Assert.DoesNotContain("Migrate", H1.Calls);
        Assert.Equal([Before(1), After(1, "Stayed", "h1", "NotStarted", 1)], H1.Calls.Where(IsTold));
    }

    // The bound of the prompt after Ctrl+C is 10 s: a guest that takes its time must not use it up.
    [Fact]
    public async Task A_stop_cuts_short_what_is_told_afterwards()
    {
        Answer(H2);
        Enqueue(Told(1));
        (await H1.NextTransferAsync()).Succeed();
        await H2.UntilAsync(calls => calls.Any(IsTold));
        await _stop.CancelAsync();
        await EndAsync();
        Assert.Equal(
            [$"the guest may not know that its migration ended ({Way}): the command was stopped"],
            Assert.Single(_observer.Results).Notices);
    }

    [Fact]
    public async Task One_that_cannot_be_prepared_after_its_guest_was_told_tells_it_that_it_stays()
    {
        H1.Fail("SaveDefinition", HypervisorFault.AccessDenied);
        Enqueue(Told(1));
        await EndAsync();
        Assert.Contains("not started vm1 HostAccessDenied", _observer.Told);
        Assert.Equal([Before(1), After(1, "Stayed", "h1", "NotStarted")], H1.Calls.Where(IsTold));
    }

    private static bool IsTold(string call) => call.StartsWith("TellGuest", StringComparison.Ordinal);

    private static string Before(int id) => $"TellGuest {Given.Id(id).ToString()[..8]} {Way} 10 s "
        + $"{{\"event\":\"before-migration\",\"vm\":\"vm{id}\",\"source\":\"h1\",\"destination\":\"h2\",\"policy\":\"VeryLarge\"}}";

    private static string After(int id, string endState, string host, string outcome, int patience = 10) =>
        $"TellGuest {Given.Id(id).ToString()[..8]} {Way} {patience} s "
        + $"{{\"event\":\"after-migration\",\"vm\":\"vm{id}\",\"endState\":\"{endState}\",\"host\":\"{host}\",\"outcome\":\"{outcome}\"}}";

    private static MigrationPlan Told(int id) => Parallel(id) with { GuestNotice = GuestNotice.Parse(Way) };

    private static MigrationPlan Parallel(int id) => Given.Plan($"vm{id}", id, "h1", "h2", BuiltInPolicies.VeryLarge);

    // The guest's answer, when the test gives it.
    private static TaskCompletionSource<bool> Answer(FakeHost host)
    {
        TaskCompletionSource<bool> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Guest = (_, token) => answer.Task.WaitAsync(FakeHost.Patience, token);
        return answer;
    }

    private void Enqueue(params MigrationPlan[] plans)
    {
        foreach (MigrationPlan plan in plans)
        {
            _hosts[plan.Source].With(plan.Uuid);
            MigrationRun run = new(plan, _hosts[plan.Source], _hosts[plan.Destination], "alice@ops1");
            _queue.Enqueue(new(run, _ => Task.FromResult(run)));
        }
    }

    private async Task EndAsync()
    {
        _queue.Complete();
        await _queue.Completion.WaitAsync(FakeHost.Patience);
    }
}
