using VirtMigration.Inventory;
using VirtMigration.Native.Xml;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Ports;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Native;

/// <summary>The host over libvirt's test driver, which has VMs, definitions, metadata and events, but no jobs and no migration.</summary>
public sealed class LibvirtHostTests
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    [LibvirtFact]
    public async Task Lists_the_VMs_of_a_host()
    {
        IHypervisorHost host = await TestWorld.ConnectAsync(TestWorld.DefaultUri);
        VirtualMachine vm = Assert.Single(await host.ListAsync(s_none), machine => machine.Name == "test");
        Assert.Equal("h1", vm.Host);
        Assert.Equal("c1", vm.Cluster);
        Assert.Equal(VmPowerState.Running, vm.State);
        Assert.Equal(2, vm.VCpus);
        Assert.Equal(ByteSize.FromMebibytes(2048), vm.Memory);
        Assert.True(vm.Persistent);
    }

    [LibvirtFact]
    public async Task Lists_a_thousand_VMs_each_with_its_own_size()
    {
        string path = TestWorld.Write(1000);
        try
        {
            IHypervisorHost host = await TestWorld.ConnectAsync($"test://{path}");
            IReadOnlyList<VirtualMachine> machines = await host.ListAsync(s_none);
            Assert.Equal(1000, machines.Count);
            Assert.All(machines, vm =>
            {
                int number = int.Parse(vm.Name.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture);
                Assert.Equal(new Guid($"00000000-0000-4000-8000-{number:x12}"), vm.Uuid);
                Assert.Equal((number % 4) + 1, vm.VCpus);
                Assert.Equal(ByteSize.FromMebibytes(1024 + number), vm.Memory);
            });
        }
        finally
        {
            File.Delete(path);
        }
    }

    [LibvirtFact]
    public async Task Facts_leave_out_what_a_driver_has_no_call_for()
    {
        IHypervisorHost host = await TestWorld.ConnectAsync(TestWorld.DefaultUri);
        HostFacts facts = await host.GetFactsAsync(s_none);
        Assert.Equal("TEST", facts.Hypervisor);
        Assert.Equal("i686", facts.Architecture);
        Assert.Equal(16, facts.Threads);
        Assert.Equal(2, facts.Cells.Count);
        Assert.Equal(8, facts.Cells[0].Cpus.Count);
        Assert.NotEqual(Guid.Empty, facts.Uuid);
        Assert.Null(facts.AvailableMemory);
        Assert.Empty(facts.LinkSpeeds);
        Assert.Empty(facts.MachineTypes);
        Assert.False(facts.ReadOnly);
    }

    [LibvirtFact]
    public async Task A_VM_that_is_not_there_is_an_answer_to_an_observation_and_an_error_elsewhere()
    {
        IHypervisorHost host = await TestWorld.ConnectAsync(TestWorld.DefaultUri);
        VmObservation observation = await host.ObserveAsync(Guid.NewGuid(), s_none);
        Assert.True(observation.Answered);
        Assert.False(observation.Present);
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(() => host.GetDefinitionAsync(Guid.NewGuid(), s_none));
        Assert.Equal(HypervisorFault.VmNotFound, error.Fault);
        Assert.Equal("h1", error.Host);
    }

    [LibvirtFact]
    public async Task Observes_a_VM()
    {
        IHypervisorHost host = await TestWorld.ConnectAsync(TestWorld.DefaultUri);
        VmObservation observation = await host.ObserveAsync(await FirstAsync(host), s_none);
        Assert.Equal("h1: Running, persistent", observation.ToString());
        Assert.True(observation.Active);
        Assert.False(observation.JobRunning);
    }

    [LibvirtFact]
    public async Task The_intent_record_is_written_read_and_removed()
    {
        string path = TestWorld.Write(1);
        try
        {
            IHypervisorHost host = await TestWorld.ConnectAsync($"test://{path}");
            Guid vm = await FirstAsync(host);
            DateTimeOffset started = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
            MigrationIntent intent = new("alice@ops1", "ops1", 42, "VeryLarge", "h2", started, TimeSpan.FromMilliseconds(300));
            Assert.Null(await host.GetIntentAsync(vm, s_none));
            await host.SetIntentAsync(vm, intent, s_none);
            Assert.Equal(intent, await host.GetIntentAsync(vm, s_none));
            ScheduleIntent schedule = ScheduleIntent.Of(VirtMigration.Policies.BuiltInPolicies.PostCopy);
            await host.SetIntentAsync(vm, intent with { Schedule = schedule }, s_none);
            Assert.Equal(schedule.Steps, (await host.GetIntentAsync(vm, s_none))?.Schedule?.Steps);
            await host.SetIntentAsync(vm, null, s_none);
            await host.SetIntentAsync(vm, null, s_none);
            Assert.Null(await host.GetIntentAsync(vm, s_none));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [LibvirtFact]
    public async Task A_saved_definition_can_be_defined_again()
    {
        string path = TestWorld.Write(1);
        try
        {
            IHypervisorHost host = await TestWorld.ConnectAsync($"test://{path}");
            Guid vm = await FirstAsync(host);
            await host.SetAutostartAsync(vm, true, s_none);
            SavedDefinition? saved = await host.SaveDefinitionAsync(vm, s_none);
            Assert.NotNull(saved);
            Assert.True(saved.Autostart);
            Assert.Equal(vm, saved.Uuid);
            await host.DefineAsync(saved, null, s_none);
            Assert.Equal(VmPowerState.Running, Assert.Single(await host.ListAsync(s_none)).State);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [LibvirtFact]
    public async Task A_saved_definition_gets_other_pins_where_it_is_defined()
    {
        string path = TestWorld.Write("""
            <domain type='test'>
              <name>pinned</name><uuid>00000000-0000-4000-8000-000000000001</uuid><memory unit='MiB'>64</memory>
              <metadata><t:a xmlns:t='urn:t' b='1'/></metadata>
              <vcpu cpuset='0-1'>2</vcpu><iothreads>1</iothreads>
              <cputune><shares>7</shares><vcpupin vcpu='1' cpuset='3'/></cputune>
              <numatune><memory mode='preferred' nodeset='0'/></numatune>
              <os><type arch='i686'>hvm</type></os>
            </domain>
            """);
        try
        {
            IHypervisorHost host = await TestWorld.ConnectAsync($"test://{path}");
            Guid vm = await FirstAsync(host);
            SavedDefinition saved = (await host.SaveDefinitionAsync(vm, s_none))!;
            Assert.False(saved.PinsDiffer);
            PinLayout pins = new()
            {
                VCpus = [new(0, [8]), new(1, [9, 10])],
                Emulator = [11],
                IoThreads = [new(1, [12])],
                Memory = [new(null, NumaMode.Preferred, [1])],
            };
            await host.DefineAsync(saved, pins, s_none);

            // What runs stays as it is; what is defined for the next start is in libvirt's own words again.
            Assert.True((await host.GetDefinitionAsync(vm, s_none)).StoredPinsDiffer);
            SavedDefinition defined = (await host.SaveDefinitionAsync(vm, s_none))!;
            Assert.Equal(pins, PinLayout.Of(DomainXml.Read(defined.Text)));
            Assert.Equal(saved.Text, PinLayoutXml.Write(defined.Text, PinLayout.Of(DomainXml.Read(saved.Text))), PinsApart);

            // A definition with pins of its own keeps them.
            Assert.True(defined.PinsDiffer);
            await host.DefineAsync(defined, PinLayout.None, s_none);
            Assert.Equal(defined.Text, (await host.SaveDefinitionAsync(vm, s_none))!.Text);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [LibvirtFact]
    public async Task A_call_that_the_driver_lacks_is_NotSupported()
    {
        IHypervisorHost host = await TestWorld.ConnectAsync(TestWorld.DefaultUri);
        Guid vm = await FirstAsync(host);
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(() => host.GetMaxDowntimeAsync(vm, s_none));
        Assert.Equal(HypervisorFault.NotSupported, error.Fault);
        Assert.Null(await host.GetCompletedJobAsync(vm, s_none));
        Assert.Empty(await host.ListMigrationsAsync(s_none));
    }

    [LibvirtFact]
    public async Task The_monitor_of_a_driver_that_has_none_is_NotSupported()
    {
        IHypervisorHost host = await TestWorld.ConnectAsync(TestWorld.DefaultUri);
        Guid vm = await FirstAsync(host);
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(
            () => host.SetSwitchoverBandwidthAsync(vm, Bandwidth.FromMegabitsPerSecond(1000), s_none));
        Assert.Equal(HypervisorFault.NotSupported, error.Fault);
        Assert.StartsWith("h1 could not set the switchover bandwidth of VM test: ", error.Message, StringComparison.Ordinal);
    }

    [LibvirtFact]
    public async Task A_VM_is_suspended()
    {
        string path = TestWorld.Write(1);
        try
        {
            IHypervisorHost host = await TestWorld.ConnectAsync($"test://{path}");
            Guid vm = await FirstAsync(host);
            await host.SuspendAsync(vm, s_none);
            Assert.Equal("h1: Paused (PausedByUser), persistent", (await host.ObserveAsync(vm, s_none)).ToString());
        }
        finally
        {
            File.Delete(path);
        }
    }

    // The driver has neither channels nor agents: what matters is that each way ends with one clear error, and that the host can still be
    // asked afterwards.
    [LibvirtTheory]
    [InlineData("channel:org.example.notice.0", "over channel org.example.notice.0")]
    [InlineData("agent:notify", "do notify")]
    public async Task A_guest_that_cannot_be_told_is_an_error_that_names_the_way(string how, string action)
    {
        IHypervisorHost host = await TestWorld.ConnectAsync(TestWorld.DefaultUri);
        Guid vm = await FirstAsync(host);
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(
            () => host.TellGuestAsync(vm, GuestNotice.Parse(how), "{}", TimeSpan.FromSeconds(10), s_none));
        Assert.Equal((HypervisorFault.NotSupported, "h1"), (error.Fault, error.Host));
        Assert.Contains(action, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => host.TellGuestAsync(vm, GuestNotice.Parse(how), "{}", TimeSpan.FromSeconds(10), new CancellationToken(canceled: true)));
        Assert.NotEmpty(await host.ListAsync(s_none));
    }

    [LibvirtFact]
    public async Task A_subscription_ends_when_it_is_disposed()
    {
        IHypervisorHost host = await TestWorld.ConnectAsync(TestWorld.DefaultUri);
        IMigrationEvents events = await host.SubscribeAsync(await FirstAsync(host), s_none);
        await events.DisposeAsync();
        Assert.False(await events.Events.WaitToReadAsync());
    }

    [LibvirtFact]
    public async Task A_caller_that_gives_up_harms_nothing()
    {
        IHypervisorHost host = await TestWorld.ConnectAsync(TestWorld.DefaultUri);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.ListAsync(new CancellationToken(canceled: true)));
        Assert.NotEmpty(await host.ListAsync(s_none));
    }

    private static bool PinsApart(string one, string other) =>
        PinLayoutXml.Write(one, PinLayout.None) == PinLayoutXml.Write(other, PinLayout.None);

    private static async Task<Guid> FirstAsync(IHypervisorHost host) => (await host.ListAsync(s_none))[0].Uuid;
}
