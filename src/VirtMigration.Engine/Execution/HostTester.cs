using System.Collections.Concurrent;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.Readiness;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>Looks at hosts, and at the ways between them, as sides of migrations. All hosts are asked at once, and one that does not answer
/// is one report. Reads only, unless it is told to try ways: then it sends VMs of its own.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
/// <param name="clock">The time.</param>
/// <param name="shellUser">The user of this shell.</param>
public sealed class HostTester(IHypervisor hypervisor, HostRegistry registry, TimeProvider clock, string shellUser)
{
    private readonly ConcurrentQueue<string> _left = [];

    /// <summary>How long a probe may take before it is given up, and how long its end.</summary>
    public ProbeBounds Bounds { get; init; } = new();

    /// <summary>The probes of this tester that may still be there, each with its hosts, in words: what a test that was stopped could not
    /// report.</summary>
    public IReadOnlyCollection<string> Left => _left;

    /// <summary>A report for each host and each way, in the order of the scope; a host that does not answer has one, and none of its
    /// ways.</summary>
    /// <param name="scope">What is looked at.</param>
    /// <param name="probes">The ways that are tried.</param>
    /// <param name="progress">Told what is done; null: nobody asks.</param>
    /// <param name="cancellationToken">Gives up; probes under way are ended first.</param>
    public async Task<IReadOnlyList<HostReport>> TestAsync(
        HostTestScope scope, IReadOnlySet<HostTestPair> probes, IProgress<HostTestProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(probes);
        List<HostRegistration> involved = [.. scope.Hosts.Concat(scope.Pairs.SelectMany(pair => new[] { pair.Source, pair.Destination })).DistinctBy(host => host.Name, StringComparer.OrdinalIgnoreCase)];
        progress?.Report(new(0, probes.Count, $"asking {string.Join(", ", involved.Select(host => host.Name))}"));
        ClusterState state = registry.Store.Load();
        Picture[] pictures = await Task.WhenAll(involved.Select(host => ReadAsync(host, cancellationToken)));
        List<HostInventory> answered = [.. pictures.Select(picture => picture.Inventory).OfType<HostInventory>()];
        Dictionary<string, Answer> answers = new(StringComparer.OrdinalIgnoreCase);
        foreach (Picture picture in pictures)
        {
            if (picture is { Inventory: HostInventory host, Host: IHypervisorHost opened })
            {
                answers[host.Name] = new(opened, new(host, OptionCatalog.Of(state, host.Registration.Cluster))
                {
                    Others = [.. answered.Where(other => other != host)],
                    Load = picture.Load,
                    Vms = picture.Vms,
                    ShellUser = shellUser,
                });
            }
        }

        List<HostTestPair> pairs = [.. scope.Pairs.Where(pair => answers.ContainsKey(pair.Source.Name) && answers.ContainsKey(pair.Destination.Name))];
        IReadOnlyDictionary<HostTestPair, HostProbe> probed = await ProbeAsync([.. pairs.Where(probes.Contains)], answers, progress, cancellationToken);
        return Reports(involved, scope, pictures, answers, pairs, probed);
    }

    private static HostReport[] Reports(
        List<HostRegistration> involved,
        HostTestScope scope,
        Picture[] pictures,
        Dictionary<string, Answer> answers,
        List<HostTestPair> pairs,
        IReadOnlyDictionary<HostTestPair, HostProbe> probed)
    {
        HostReport Way(HostTestPair pair) => HostReadiness.Report(new HostPair(answers[pair.Source.Name].Subject, answers[pair.Destination.Name].Subject) { Probe = probed.GetValueOrDefault(pair) });

        List<HostReport> reports = [];
        foreach ((HostRegistration host, Picture picture) in involved.Zip(pictures))
        {
            if (picture.Error is VirtMigrationException error)
            {
                reports.Add(HostReadiness.Silent(host.Name, error));
            }
            else if (scope.Hosts.Any(one => one.Name == host.Name))
            {
                reports.Add(HostReadiness.Report(answers[host.Name].Subject));
            }

            reports.AddRange(pairs.Where(pair => pair.Source.Name == host.Name).Select(Way));
        }

        return [.. reports];
    }

    // A host takes part in one probe at a time, so that one which hangs holds up only its own ways.
    private async Task<IReadOnlyDictionary<HostTestPair, HostProbe>> ProbeAsync(
        List<HostTestPair> waiting, Dictionary<string, Answer> answers, IProgress<HostTestProgress>? progress, CancellationToken cancellationToken)
    {
        int total = waiting.Count;
        Dictionary<HostTestPair, HostProbe> done = [];
        Dictionary<Task<HostProbe>, HostTestPair> running = [];
        try
        {
            while (waiting.Count + running.Count > 0)
            {
                for (int next = 0; next < waiting.Count && !cancellationToken.IsCancellationRequested;)
                {
                    HostTestPair pair = waiting[next];
                    if (running.Values.Any(other => Share(pair, other)))
                    {
                        next++;
                        continue;
                    }

                    waiting.RemoveAt(next);
                    running.Add(RunAsync(answers[pair.Source.Name], answers[pair.Destination.Name], cancellationToken), pair);
                }

                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(new(done.Count, total, string.Join(", ", running.Values)));
                Task<HostProbe> ended = await Task.WhenAny(running.Keys);
                _ = running.Remove(ended, out HostTestPair? its);
                done.Add(its!, await ended);
            }
        }
        finally
        {
            // Whatever ends the test: the probes under way are ended before it returns.
            await Task.WhenAll(running.Keys).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        return done;
    }

    private async Task<HostProbe> RunAsync(Answer source, Answer destination, CancellationToken cancellationToken)
    {
        ProbeRunner runner = new(source.Host, destination.Host, new(source.Subject, destination.Subject), clock, Bounds);
        try
        {
            return await runner.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            if (runner.Left.Count > 0)
            {
                _left.Enqueue($"{runner.Name} on {string.Join(" and ", runner.Left)}");
            }

            throw;
        }
    }

    private async Task<Picture> ReadAsync(HostRegistration registration, CancellationToken cancellationToken)
    {
        try
        {
            IHypervisorHost host = await hypervisor.ConnectAsync(registration, cancellationToken);
            Task<HostFacts> facts = host.GetFactsAsync(cancellationToken);
            Task<HostLoad?> load = OrNullAsync<HostLoad>(host.GetLoadAsync(cancellationToken));
            Task<IReadOnlyList<VirtualMachine>?> vms = OrNullAsync<IReadOnlyList<VirtualMachine>>(host.ListAsync(cancellationToken));
            return new(host, new(registration, await facts), await load, await vms, null);
        }
        catch (HypervisorException error)
        {
            return new(null, null, null, null, error);
        }
    }

    // A host that answered, and fails at one question, leaves that one open.
    private static async Task<T?> OrNullAsync<T>(Task<T> asking)
        where T : class
    {
        try
        {
            return await asking;
        }
        catch (HypervisorException)
        {
            return null;
        }
    }

    private static bool Share(HostTestPair one, HostTestPair other) =>
        one.Source.Name == other.Source.Name || one.Source.Name == other.Destination.Name
        || one.Destination.Name == other.Source.Name || one.Destination.Name == other.Destination.Name;

    private sealed record Picture(IHypervisorHost? Host, HostInventory? Inventory, HostLoad? Load, IReadOnlyList<VirtualMachine>? Vms, HypervisorException? Error);

    private sealed record Answer(IHypervisorHost Host, HostSubject Subject);
}
