using System.Management.Automation;
using System.Management.Automation.Host;
using VirtMigration.Cmdlets.Jobs;
using VirtMigration.Evacuation;
using VirtMigration.Execution;
using VirtMigration.Inventory;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Empties hosts: moves their VMs to others, says of each where it is, and keeps new ones away until the maintenance is
/// ended.</summary>
[Cmdlet(VerbsLifecycle.Start, "VmHostMaintenance", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = PlanNow)]
[OutputType(typeof(EvacuatedVm), typeof(EvacuationPlan), typeof(MigrationJob))]
public sealed class StartVmHostMaintenanceCommand : ClusterCmdlet
{
    private const string PlanNow = "Now";
    private const string PlanOnlySet = "PlanOnly";
    private const string Saved = "SavedPlan";

    private readonly List<HostRegistration> _hosts = [];
    private readonly List<EvacuationProposal> _forJob = [];
    private EvacuationSession? _session;

    /// <summary>The hosts by name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    [SupportsWildcards]
    public new string[] Host { get; set; } = [];

    /// <summary>The only hosts that take the VMs; left out: all others of the cluster.</summary>
    [Parameter(Position = 1, ParameterSetName = PlanNow)]
    [Parameter(Position = 1, ParameterSetName = PlanOnlySet)]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public string[]? Destination { get; set; }

    /// <summary>The migration policy by name; left out: each VM's, the cluster's, else MinimalDowntime.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(Completion.PolicyCompleter))]
    public string? Policy { get; set; }

    /// <summary>Why, in your words; others see it.</summary>
    [Parameter]
    public string? Reason { get; set; }

    /// <summary>Moves definitions of VMs that are shut off too.</summary>
    [Parameter(ParameterSetName = PlanNow)]
    [Parameter(ParameterSetName = PlanOnlySet)]
    public SwitchParameter IncludeStopped { get; set; }

    /// <summary>Rewrites pins and NUMA bindings where they do not fit; left out: as each VM says.</summary>
    [Parameter]
    public SwitchParameter RemapPins { get; set; }

    /// <summary>Moves VMs although an affinity group is broken by it.</summary>
    [Parameter]
    public SwitchParameter IgnoreAffinity { get; set; }

    /// <summary>Nobody asks for it in person: VMs that only a person may migrate stay, each with an error.</summary>
    [Parameter]
    public SwitchParameter Automatic { get; set; }

    /// <summary>Takes VMs along that only a person may migrate, without asking.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Makes the plan, saves it and writes it; moves nothing.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PlanOnlySet)]
    public SwitchParameter PlanOnly { get; set; }

    /// <summary>Runs the plan that was saved, if it still holds.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Saved)]
    public SwitchParameter SavedPlan { get; set; }

    /// <summary>Plans and asks as usual, and then works as a job of this shell, with a child job a VM.</summary>
    [Parameter(ParameterSetName = PlanNow)]
    [Parameter(ParameterSetName = Saved)]
    public SwitchParameter AsJob { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => ForAll(() =>
    {
        if (Policy is not null)
        {
            _ = Session.Policies.Find(Policy);
        }
    });

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Host)
        {
            ForOne(() => _hosts.AddRange(Hosts([name], null)));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (HostRegistration host in _hosts.DistinctBy(host => host.Name, StringComparer.OrdinalIgnoreCase))
        {
            Guarded(() => _session, () => ForOne(() => Empty(host.Name)));
        }

        if (_forJob.Count > 0)
        {
            // From here on it is the job's: whatever becomes of this command, the job goes on.
            MigrationJob job = MigrationJob.For(this, EvacuationWork.Vms(_forJob));
            job.Begin(new EvacuationWork(_forJob, job.CommandOutput));
            WriteObject(job);
        }
    }

    private void Empty(string host)
    {
        EvacuationRequest request = new(host)
        {
            Destinations = Destination,
            AlsoLeaving = (string[])[.. _hosts.Select(one => one.Name)],
            Parameters = new()
            {
                Policy = Policy is null ? null : Session.Policies.Find(Policy),
                RemapPins = RemapPins ? true : MyInvocation.BoundParameters.ContainsKey(nameof(RemapPins)) ? false : null,
                IgnoreAffinity = IgnoreAffinity,
            },
            Automatic = Automatic,
            IncludeStopped = IncludeStopped,
            Reason = Reason,
            UseSavedPlan = SavedPlan,
        };
        EvacuationProposal proposal = Await(token => Session.Evacuation.ProposeAsync(request, token));
        foreach (string warning in proposal.Plan.Warnings)
        {
            WriteWarning($"{host}: {warning.TrimEnd('.')}.");
        }


        if (PlanOnly)
        {
            Keep(proposal);
            return;
        }

        if (!ShouldProcess(proposal.Plan.ToText(), $"{proposal.Plan.Summary()}. Go on?", "Host maintenance"))
        {
            return;
        }

        if (!Automatic && !Force && proposal.Plan.Moves.Any(move => move.ManualOnly) && !Consents(proposal.Plan))
        {
            proposal = Await(token => Session.Evacuation.ProposeAsync(request with { ManualDeclined = true }, token));
        }

        if (AsJob)
        {
            _forJob.Add(proposal);
            return;
        }

        _session = new(proposal, new PipelineOutput(this, StopToken));
        try
        {
            _session.DrainToEnd();
        }
        catch (VirtMigrationException)
        {
            End();
            throw;
        }

        End();
    }

    private void End()
    {
        _session?.Dispose();
        _session = null;
    }

    // Nothing is moved, so nobody is asked; -WhatIf writes the plan and does not save it.
    private void Keep(EvacuationProposal proposal)
    {
        if (!(MyInvocation.BoundParameters.ContainsKey("WhatIf") || LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"))))
        {
            _ = Session.Evacuation.Save(proposal);
        }

        WriteObject(proposal.Plan);
    }

    // Where nobody can be asked, nobody said yes.
    private bool Consents(EvacuationPlan plan)
    {
        if (Console.IsInputRedirected)
        {
            return false;
        }

        try
        {
            return ShouldContinue($"{plan.Host}: {plan.ManualQuestion()}", "VMs that only a person may migrate");
        }
        catch (Exception error) when (!Stopping && error is HostException or InvalidOperationException or NotImplementedException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _session?.Dispose();
        }

        base.Dispose(disposing);
    }
}
