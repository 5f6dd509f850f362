using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests;

/// <summary>Plain data to start from: two modern hosts on 10 Gbps and a running VM; a test states only what it is about.</summary>
internal static class Given
{
    public static Guid Id(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    public static ByteSize GiB(int value) => ByteSize.FromMebibytes(1024L * value);

    public static HostRegistration Registration(string name, string cluster = "c1") => new()
    {
        Name = name,
        Cluster = cluster,
        ConnectUri = $"qemu+ssh://me@{name}/system",
        PeerUri = $"qemu+tls://{name}/system",
        LinkSpeed = Bandwidth.Parse("10Gbps"),
    };

    public static HostFacts Facts(int id) => new()
    {
        Uuid = Id(id),
        HostName = $"host{id}.example",
        Hypervisor = "QEMU",
        LibvirtVersion = new(11, 3, 0),
        HypervisorVersion = new(10, 0, 0),
        Architecture = "x86_64",
        Threads = 64,
        Memory = GiB(256),
        AvailableMemory = GiB(128),
        MachineTypes = new HashSet<string> { "pc-q35-7.2", "pc-q35-10.0" },
    };

    /// <summary>A host; the number in its name is its UUID.</summary>
    public static HostInventory Host(string name) => new(Registration(name), Facts(name[^1] - '0'));

    public static VirtualMachine Vm(string name = "db1", int id = 101, string host = "h1") => new()
    {
        Name = name,
        Uuid = Id(id),
        Host = host,
        Cluster = "c1",
        State = VmPowerState.Running,
        VCpus = 16,
        Memory = GiB(64),
        Persistent = true,
    };

    public static VmDefinition Definition(int id = 101) => new()
    {
        Uuid = Id(id),
        Architecture = "x86_64",
        MachineType = "pc-q35-7.2",
        OnlineVCpus = 16,
        Memory = GiB(64),
    };

    public static MigrationRequest Request(MigrationPolicy? policy = null) => new()
    {
        Vm = Vm(),
        Definition = Definition(),
        Source = Host("h1"),
        Destination = Host("h2"),
        Parameters = new() { Policy = policy },
    };

    public static MigrationPlan Plan(string vm = "db1", int id = 101, string from = "h1", string to = "h2", MigrationPolicy? policy = null) =>
        MigrationPlanner.Plan(new()
        {
            Vm = Vm(vm, id, from),
            Definition = Definition(id),
            Source = Host(from),
            Destination = Host(to),
            Parameters = new() { Policy = policy },
        }) with
        {
            StepInterval = TimeSpan.Zero,
        };

    /// <summary>The request with other parameters.</summary>
    public static MigrationRequest Asking(this MigrationRequest request, Func<PlanOptions, PlanOptions> change) =>
        request with { Parameters = change(request.Parameters) };

    /// <summary>The request with another machine type.</summary>
    public static MigrationRequest OfMachine(this MigrationRequest request, string machine) =>
        request with { Definition = request.Definition with { MachineType = machine } };

    /// <summary>The request with what the VM states.</summary>
    public static MigrationRequest Stating(this MigrationRequest request, VmMigrationOptions options) =>
        request with { Definition = request.Definition with { Options = options } };

    /// <summary>The request with what the cluster states.</summary>
    public static MigrationRequest InCluster(this MigrationRequest request, Func<ClusterMigrationOptions, ClusterMigrationOptions> change) =>
        request with { Cluster = change(new() { Cluster = "c1" }) };

    /// <summary>The request with both hosts of some versions.</summary>
    public static MigrationRequest WithVersions(this MigrationRequest request, string libvirt, string qemu) => request with
    {
        Source = request.Source.WithVersions(libvirt, qemu),
        Destination = request.Destination.WithVersions(libvirt, qemu),
    };

    public static MigrationRequest WithLinks(this MigrationRequest request, string? source, string? destination) => request with
    {
        Source = request.Source.WithLink(source),
        Destination = request.Destination.WithLink(destination),
    };

    public static HostInventory WithLink(this HostInventory host, string? speed) =>
        host with { Registration = host.Registration with { LinkSpeed = speed is null ? null : Bandwidth.Parse(speed) } };

    public static HostInventory WithVersions(this HostInventory host, string libvirt, string qemu) =>
        host with { Facts = host.Facts with { LibvirtVersion = Version.Parse(libvirt), HypervisorVersion = Version.Parse(qemu) } };

    /// <summary>The plan of a request that must not be refused.</summary>
    public static MigrationPlan Planned(this MigrationRequest request) => MigrationPlanner.Plan(request);

    /// <summary>The refusal of a request that must not be planned.</summary>
    public static VirtMigrationException Refused(this MigrationRequest request, string errorId)
    {
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => MigrationPlanner.Plan(request));
        Assert.Equal(errorId, error.ErrorId);
        Assert.NotEmpty(error.RecommendedAction);
        return error;
    }

    public static PlanDecision Decision(this MigrationPlan plan, string setting) => plan.Decisions.Single(one => one.Setting == setting);
}
