using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.State;
using VirtMigration.Units;
using VirtMigration.UnitTests.State;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class MigrationResumerTests : IDisposable
{
    private static readonly VirtualMachine s_vm = Given.Vm();
    private static readonly Guid s_id = s_vm.Uuid;

    private static readonly TransferSettings s_recorded = new()
    {
        Techniques = MigrationTechniques.Live | MigrationTechniques.PeerToPeer | MigrationTechniques.PostCopy | MigrationTechniques.PersistDestination | MigrationTechniques.Tls,
        DestinationUri = "qemu+tls://elsewhere/system",
        MigrationUri = "tcp://10.9.9.2",
        Bandwidth = Bandwidth.Parse("40MiB/s"),
        TlsDestination = "h2.example",
    };

    private readonly TemporaryFolder _folder = new();
    private readonly FakeHost _source = new FakeHost("h1").With(s_id);
    private readonly FakeHost _destination = new("h2");
    private readonly FakeHypervisor _hypervisor;
    private readonly FakeHistory _history = new();
    private readonly MigrationResumer _resumer;

    public MigrationResumerTests()
    {
        HostRegistry registry = new(new ClusterFile(_folder.Path));
        registry.Register(Given.Registration("h1"), replace: false);
        registry.Register(Given.Registration("h2"), replace: false);
        _hypervisor = new(_source, _destination);
        _resumer = new(_hypervisor, registry, _history, TimeProvider.System, "alice@ops1")
        {
            Patience = TimeSpan.Zero,
            BusyPatience = TimeSpan.Zero,
            SelfPatience = TimeSpan.Zero,
            HangPatience = TimeSpan.Zero,
            NoticePatience = TimeSpan.Zero,
        };
        _source.Facts = _destination.Facts = facts => facts with { LibvirtVersion = new(12, 8) };
        Say(VmStateReason.PostCopyFailed, VmStateReason.PostCopyFailed);
        _source.Jobs[s_id] = new() { MemoryTotal = Given.GiB(4), MemoryRemaining = Given.GiB(1), MemoryProcessed = Given.GiB(3), PostCopyRequests = 7 };
    }

    public void Dispose() => _folder.Dispose();

    // ---- what is not recovered, before anything is touched ----

    [Theory]
    [InlineData(VmStateReason.Other, "is not being migrated")]
    [InlineData(VmStateReason.MigrationCancelled, "is not being migrated")]
    public async Task A_VM_that_is_not_broken_is_said_to_be_where_it_is(VmStateReason reason, string words)
    {
        _source.Says[s_id] = _source.Running(s_id, reason);
        _destination.Says[s_id] = _destination.Absent();
        await RefusedAsync("MigrationNotBroken", "h1: Running", words);
    }

    [Fact]
    public async Task Pre_copy_is_not_broken()
    {
        _source.Says[s_id] = _source.Running(s_id) with { JobRunning = true };
        _destination.Says[s_id] = _destination.Paused(s_id, VmStateReason.Migration);
        await RefusedAsync("MigrationNotBroken", "its migration from h1 is not in post-copy");
    }

    [Fact]
    public async Task Post_copy_whose_memory_flows_is_not_broken()
    {
        Say(VmStateReason.PostCopy, VmStateReason.RunningInPostCopy);
        _source.OnCall = call => _source.Jobs[s_id] = call != "GetJob" ? _source.Jobs[s_id]
            : _source.Jobs[s_id] with { MemoryProcessed = new(_source.Jobs[s_id].MemoryProcessed.Bytes + 1), MemoryRate = Bandwidth.Parse("1Gbps") };
        await RefusedAsync(Resumer(TimeSpan.FromSeconds(20)), "MigrationNotBroken", "its memory arrives at 1 Gbps, 1 GiB are left");
    }

    [Fact]
    public async Task A_destination_whose_QEMU_died_has_taken_the_guest_along()
    {
        Intends(s_recorded);
        _destination.Says[s_id] = _destination.Running(s_id) with { Active = false, State = VmPowerState.ShutOff, Reason = VmStateReason.Crashed };
        VirtMigrationException error = await RefusedAsync("PostCopyGuestLost", "the guest is lost: h2's QEMU ended in post-copy");
        Assert.Contains("Its definition is on h1 and h2.", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("/var/log/libvirt/qemu/db1.log on h2", error.RecommendedAction, StringComparison.Ordinal);
    }

    // It may have gone to a host that nobody here knows, or be another migration than the record's.
    [Theory]
    [InlineData(null)]
    [InlineData(3600)]
    public async Task A_guest_is_not_called_lost_where_no_record_of_this_migration_says_where_it_went(int? secondsAgo)
    {
        if (secondsAgo is int seconds)
        {
            Intends(s_recorded);
            _source.Intents[s_id] = _source.Intents[s_id] with { StartedAt = DateTimeOffset.UtcNow - TimeSpan.FromSeconds(seconds) };
        }

        _destination.Says[s_id] = _destination.Running(s_id) with { Active = false, State = VmPowerState.ShutOff, Reason = VmStateReason.Crashed };
        await RefusedAsync("PostCopyHostUnknown", "h2: ShutOff (Crashed), persistent: if it went there, the guest is lost");
    }

    [Fact]
    public async Task Nor_can_anything_be_resumed_without_the_source()
    {
        _source.Says[s_id] = _source.Absent();
        await RefusedAsync("PostCopyGuestLost", "the source's QEMU ended in post-copy while a part of the guest's memory was only there");
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task A_host_that_does_not_answer_is_never_taken_for_one_that_lost_its_half(string silent)
    {
        _hypervisor.Silent.Add(silent);
        VirtMigrationException error = await RefusedAsync("PostCopyHostSilent", $"{silent}: no answer");
        Assert.StartsWith("Touch nothing.", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8.4", "8.0", "PostCopyRecoveryUnavailable", "needs libvirt 8.5, h2 has 8.4")]
    [InlineData("11.3.0", "10.0", "PostCopyRecoveryCrashes", "h2 has libvirt 11.3.0, and its daemon crashes")]
    public async Task A_libvirt_that_cannot_do_it_or_crashes_over_it_is_named(string libvirt, string qemu, string errorId, string words)
    {
        _destination.Facts = facts => facts with { LibvirtVersion = Version.Parse(libvirt), HypervisorVersion = Version.Parse(qemu) };
        await RefusedAsync(errorId, words);
    }

    [Fact]
    public async Task With_force_a_crash_that_is_known_is_a_warning_and_a_libvirt_that_cannot_do_it_still_cannot()
    {
        _destination.Facts = facts => facts with { LibvirtVersion = new(11, 3, 0) };
        ProposedResume proposed = await _resumer.ProposeAsync(s_vm, new() { Force = true }, default);
        Assert.Contains("its daemon crashes", Assert.Single(proposed.Warnings), StringComparison.Ordinal);
        _destination.Facts = facts => facts with { LibvirtVersion = new(8, 4) };
        await Assert.ThrowsAsync<VirtMigrationException>(() => _resumer.ProposeAsync(s_vm, new() { Force = true }, default));
    }

    // ---- what a recovery repeats ----

    [Fact]
    public async Task What_the_migration_was_started_with_is_repeated_as_the_record_has_it()
    {
        Intends(s_recorded);
        ProposedResume proposed = await ProposeAsync();
        Assert.Equal(s_recorded with { Techniques = s_recorded.Techniques | MigrationTechniques.PostCopyResume }, proposed.Plan.Transfer);
        Assert.Equal("Night", proposed.Plan.Policy);
    }

    [Theory]
    [InlineData(true, null, true, true)]
    [InlineData(true, false, true, true)]
    [InlineData(true, true, true, false)]
    [InlineData(false, null, false, false)]
    [InlineData(false, false, false, false)]
    public async Task Without_a_record_it_is_as_a_new_migration_between_the_hosts_would_be(bool persistent, bool? keep, bool persists, bool undefines)
    {
        _source.Says[s_id] = _source.Says[s_id] with { Persistent = persistent };
        _destination.Says[s_id] = _destination.Says[s_id] with { Persistent = persistent };
        TransferSettings transfer = (await _resumer.ProposeAsync(s_vm, new() { KeepSourceDefinition = keep }, default)).Plan.Transfer;
        Assert.True(transfer.Uses(MigrationTechniques.Live | MigrationTechniques.PeerToPeer | MigrationTechniques.PostCopy | MigrationTechniques.PostCopyResume));
        Assert.Equal((persists, undefines), (transfer.Uses(MigrationTechniques.PersistDestination), transfer.Uses(MigrationTechniques.UndefineSource)));
        Assert.Null(transfer.ParallelConnections);
        Assert.Equal(Given.Registration("h2").PeerUri, transfer.DestinationUri);
    }

    // ---- recovering ----

    [Fact]
    public async Task A_broken_one_is_recovered_put_right_and_recorded()
    {
        Intends(s_recorded);
        _source.Definitions[s_id] = _source.Definitions[s_id] with { Autostart = true };
        MigrationResult result = await RecoverAsync(await ProposeAsync());
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, "h2"), (result.Outcome, result.EndState, result.Host));
        Assert.Contains("SetAutostart True", _destination.Calls);
        Assert.Contains("SetIntent none", _destination.Calls);
        Assert.DoesNotContain("BreakPostCopy", _source.Calls);
        Assert.DoesNotContain(_source.Calls, call => call is "AbortJob" or "SetIntent none");
        Assert.Equal(("alice@ops1", MigrationEndState.Moved), (Assert.Single(_history.Records).Operator, _history.Records[0].EndState));
    }

    [Fact]
    public async Task One_that_stands_is_broken_first_and_only_when_the_way_is_there()
    {
        Say(VmStateReason.PostCopy, VmStateReason.RunningInPostCopy);
        _source.OnBreak = _ => Say(VmStateReason.PostCopyFailed, VmStateReason.PostCopyFailed);
        ProposedResume proposed = await ProposeAsync();
        Assert.Equal(PostCopyCondition.Standing, proposed.Condition);
        Assert.StartsWith("Give up the connection of the post-copy migration of VM 'db1' from h1 to h2", proposed.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("BreakPostCopy", _source.Calls);
        MigrationResult result = await RecoverAsync(proposed);
        Assert.Equal(MigrationOutcome.Succeeded, result.Outcome);
        List<string> calls = [.. _source.Calls];
        Assert.True(calls.IndexOf("Migrate") < calls.IndexOf("BreakPostCopy") && calls.IndexOf("BreakPostCopy") < calls.LastIndexOf("Migrate"), string.Join(", ", calls));
        Assert.Equal("connection given up", result.Actions[0].Action);
    }

    [Fact]
    public async Task Where_the_way_is_closed_nothing_is_broken_and_nothing_resumed()
    {
        Say(VmStateReason.PostCopy, VmStateReason.RunningInPostCopy);
        Task<MigrationResult> running = _resumer.ResumeAsync(await ProposeAsync(), null, default);
        FakeTransfer probe = await _source.NextTransferAsync();
        probe.Fail(HypervisorFault.Unreachable);
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => running.WaitAsync(FakeHost.Patience));
        Assert.Equal("PostCopyWayClosed", error.ErrorId);
        Assert.Contains("Nothing was touched", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("BreakPostCopy", _source.Calls);
        Assert.Single(_source.Calls, "Migrate");
    }

    [Fact]
    public async Task A_destination_that_hangs_is_not_cut_off()
    {
        Say(VmStateReason.PostCopy, VmStateReason.RunningInPostCopy);
        _destination.Busy = true;
        Task<MigrationResult> running = _resumer.ResumeAsync(await ProposeAsync(), null, default);
        (await _source.NextTransferAsync()).Succeed();
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => running.WaitAsync(FakeHost.Patience));
        Assert.Equal("PostCopyDestinationHangs", error.ErrorId);
        Assert.Contains("goes on by itself", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("BreakPostCopy", _source.Calls);
    }

    // What is given up cannot go on by itself, so it is given time to.
    [Fact]
    public async Task One_that_goes_on_by_itself_when_the_way_is_open_is_left_alone()
    {
        Say(VmStateReason.PostCopy, VmStateReason.RunningInPostCopy);
        MigrationResumer resumer = Resumer(TimeSpan.Zero);
        Task<MigrationResult> running = resumer.ResumeAsync(await resumer.ProposeAsync(s_vm, new(), default), null, default);
        FakeTransfer probe = await _source.NextTransferAsync();
        _source.OnCall = call => _source.Jobs[s_id] = call != "GetJob" ? _source.Jobs[s_id]
            : _source.Jobs[s_id] with { MemoryProcessed = new(_source.Jobs[s_id].MemoryProcessed.Bytes + 1) };
        probe.Succeed();
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => running.WaitAsync(FakeHost.Patience));
        Assert.Equal("MigrationNotBroken", error.ErrorId);
        Assert.Contains("by itself", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("BreakPostCopy", _source.Calls);
        Assert.Single(_source.Calls, "Migrate");
    }

    [Fact]
    public async Task A_recovery_whose_destination_comes_to_hang_is_let_go_of()
    {
        Task<MigrationResult> running = _resumer.ResumeAsync(await ProposeAsync(), null, default);
        (await _source.NextTransferAsync()).Succeed();
        FakeTransfer transfer = await _source.NextTransferAsync();
        Say(VmStateReason.PostCopy, VmStateReason.PostCopyFailed);
        _destination.Busy = true;
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => running.WaitAsync(FakeHost.Patience));
        Assert.Equal("PostCopyDestinationHangs", error.ErrorId);
        Assert.Contains("Touch neither half", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("AbortJob", _source.Calls);
        transfer.Return();
    }

    [Fact]
    public async Task A_destination_that_is_busy_while_memory_flows_does_not_hang()
    {
        Task<MigrationResult> running = _resumer.ResumeAsync(await ProposeAsync(), null, default);
        (await _source.NextTransferAsync()).Succeed();
        FakeTransfer transfer = await _source.NextTransferAsync();
        int looks = 0;
        TaskCompletionSource often = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _destination.OnCall = call => looks += call == "IsBusy" ? 1 : 0;
        _source.OnCall = call =>
        {
            if (call == "GetJob" && _source.Jobs.TryGetValue(s_id, out MigrationCounters? counters))
            {
                _source.Jobs[s_id] = counters with { MemoryProcessed = new(counters.MemoryProcessed.Bytes + 1) };
            }

            if (looks >= 4)
            {
                often.TrySetResult();
            }
        };
        _destination.Busy = true;
        await often.Task.WaitAsync(FakeHost.Patience);
        transfer.Succeed();
        Assert.Equal(MigrationOutcome.Succeeded, (await running.WaitAsync(FakeHost.Patience)).Outcome);
    }

    [Fact]
    public async Task A_destination_that_has_not_noticed_is_waited_for_within_a_bound()
    {
        Say(VmStateReason.PostCopyFailed, VmStateReason.RunningInPostCopy);
        Task<MigrationResult> running = _resumer.ResumeAsync(await ProposeAsync(), null, default);
        (await _source.NextTransferAsync()).Succeed();
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => running.WaitAsync(FakeHost.Patience));
        Assert.Equal("PostCopyNotNoticed", error.ErrorId);
        Assert.Single(_source.Calls, "Migrate");
    }

    [Fact]
    public async Task A_daemon_that_has_not_let_go_of_the_broken_one_is_asked_again()
    {
        Task<MigrationResult> running = _resumer.ResumeAsync(await ProposeAsync(), null, default);
        (await _source.NextTransferAsync()).Succeed();
        (await _source.NextTransferAsync()).Fail(HypervisorFault.InvalidState);
        (await _source.NextTransferAsync()).Succeed();
        Assert.Equal(MigrationOutcome.Succeeded, (await running.WaitAsync(FakeHost.Patience)).Outcome);
    }

    [Fact]
    public async Task A_recovery_that_fails_leaves_both_halves_and_can_be_repeated()
    {
        Task<MigrationResult> running = _resumer.ResumeAsync(await ProposeAsync(), null, default);
        (await _source.NextTransferAsync()).Succeed();
        (await _source.NextTransferAsync()).Fail(HypervisorFault.Internal);
        MigrationResult result = await running.WaitAsync(FakeHost.Patience);
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.SplitPostCopy, "PostCopyBroken"), (result.Outcome, result.EndState, result.ErrorId));
        Assert.Contains("Resume-VmMigration db1", result.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain(_source.Calls.Concat(_destination.Calls), call => call == "AbortJob" || call.StartsWith("Set", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ctrl_C_lets_go_of_it_and_never_aborts()
    {
        using CancellationTokenSource stop = new();
        Task<MigrationResult> running = _resumer.ResumeAsync(await ProposeAsync(), null, stop.Token);
        (await _source.NextTransferAsync()).Succeed();
        FakeTransfer transfer = await _source.NextTransferAsync();
        Say(VmStateReason.PostCopy, VmStateReason.RunningInPostCopy);
        await stop.CancelAsync();
        MigrationResult result = await running.WaitAsync(FakeHost.Patience);
        Assert.Equal((MigrationOutcome.Detached, MigrationEndState.InProgress), (result.Outcome, result.EndState));
        Assert.DoesNotContain("AbortJob", _source.Calls);
        transfer.Return();
    }

    private MigrationResumer Resumer(TimeSpan patience)
    {
        HostRegistry registry = new(new ClusterFile(_folder.Path));
        return new(_hypervisor, registry, _history, TimeProvider.System, "alice@ops1") { Patience = patience };
    }

    private void Say(VmStateReason source, VmStateReason destination) =>
        (_source.Says[s_id], _destination.Says[s_id]) = (_source.Paused(s_id, source), _destination.Running(s_id, destination));

    private void Intends(TransferSettings transfer) => _source.Intents[s_id] =
        new("bob@ops2", "elsewhere", 1, "Night", "h2", DateTimeOffset.UtcNow, TimeSpan.FromMilliseconds(300)) { Transfer = transfer };

    private Task<ProposedResume> ProposeAsync() => _resumer.ProposeAsync(s_vm, new(), default).WaitAsync(FakeHost.Patience);

    private Task<VirtMigrationException> RefusedAsync(string errorId, params string[] words) => RefusedAsync(_resumer, errorId, words);

    private async Task<VirtMigrationException> RefusedAsync(MigrationResumer resumer, string errorId, params string[] words)
    {
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => resumer.ProposeAsync(s_vm, new(), default).WaitAsync(FakeHost.Patience));
        Assert.Equal((errorId, "db1"), (error.ErrorId, error.Target));
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
        Assert.NotEmpty(error.RecommendedAction);
        string[] changes = ["Migrate", "BreakPostCopy", "AbortJob", "Set", "Define", "StartProbe", "Suspend"];
        Assert.DoesNotContain(_source.Calls.Concat(_destination.Calls), call => changes.Any(change => call.StartsWith(change, StringComparison.Ordinal)));
        return error;
    }

    // The first transfer is that of the VM with which the way is tried.
    private async Task<MigrationResult> RecoverAsync(ProposedResume proposed)
    {
        Task<MigrationResult> running = _resumer.ResumeAsync(proposed, null, default);
        FakeTransfer probe = await _source.NextTransferAsync();
        Assert.NotEqual(s_id, probe.Vm);
        probe.Succeed();
        FakeTransfer transfer = await _source.NextTransferAsync();
        Assert.Equal((s_id, proposed.Plan.Transfer), (transfer.Vm, transfer.Settings));
        transfer.Succeed();
        return await running.WaitAsync(FakeHost.Patience);
    }
}
